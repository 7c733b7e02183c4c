/** The flags of the suite. Nothing outside the project is named but by them. */
import { Command, Option } from 'commander';

/** The directories of package. */
const CONFIGURATIONS = ['direct', 'namespaced', 'claims'] as const;
export type Configuration = (typeof CONFIGURATIONS)[number];

/** How a Composition has runs made; see Settings. */
const CARRIERS = ['Objects', 'Resources'] as const;
export type Compose = (typeof CARRIERS)[number];

export interface Options {
  configuration: Configuration;
  /** Absent: as the configuration has it. */
  compose?: Compose;
  /** Absent: the function is installed as a package. */
  functionEndpoint?: string;
  providerServiceAccount: string;
  fakePods: boolean;
  podStatus: boolean;
  image: string;
  secondImage: string;
  agentImage?: string;
  runtimeHandler?: string;
  networkPlugin: boolean;
  only: string[];
  results: string;
  /** Shell commands. */
  stopCore?: string;
  startCore?: string;
  stopProvider?: string;
  startProvider?: string;
  stopControllers?: string;
  startControllers?: string;
  stopFunction?: string;
  startFunction?: string;
  coreMetrics?: string;
  scheduleMinutes: string;
  /** Paths of binaries. */
  crossplane?: string;
  crossplaneCore?: string;
}

/** How runs are made. */
export const composeOf = ({ configuration, compose = configuration === 'direct' ? 'Resources' : 'Objects' }: Options): Compose =>
  compose;

/** A flag as the user writes it. */
export const flagOf = (option: keyof Options): string => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const collect = (name: string, names: string[]): string[] => [...names, name];

export const parseOptions = (argv: string[]): Options =>
  new Command('e2e')
    .description(
      'Proves what the README promises on the cluster of KUBECONFIG, which needs Crossplane 2 and provider-kubernetes.',
    )
    .addOption(new Option('--configuration <name>', 'which one is installed').choices(CONFIGURATIONS).default('direct'))
    .addOption(new Option('--compose <how>', 'another compose in the input of its Compositions').choices(CARRIERS))
    .option(
      '--function-endpoint <url>',
      'where the function listens, for example dns:///localhost:9443; default: the installed package',
    )
    .option(
      '--provider-service-account <namespace/name>',
      'the identity of the provider',
      'crossplane-system/provider-kubernetes',
    )
    .option('--fake-pods', "Pods are kwok's and end when annotated e2e/exit=<code>", false)
    .option(
      '--pod-status',
      'whoever makes the runs may read their Pods, and is asked to: podStatus in the input of the Composition',
      false,
    )
    .option('--image <image>', 'a tiny image with sh, sleep and httpd', 'docker.io/library/busybox:1.37')
    .option('--second-image <image>', 'what a pack is edited to', 'docker.io/library/busybox:1.36')
    .option('--agent-image <image>', 'that of examples/agent')
    .option('--network-plugin', 'something enforces NetworkPolicies', false)
    .option('--runtime-handler <name>', 'a handler of the container runtime beside its default one')
    .option('--stop-core <command>', "how Crossplane's core is stopped; the commands run in a shell")
    .option('--start-core <command>', 'how it is started again')
    .option('--stop-provider <command>', 'how the provider is stopped')
    .option('--start-provider <command>', 'how it is started again')
    .option('--stop-controllers <command>', "how Kubernetes' controller manager is stopped, and with it the garbage collector")
    .option('--start-controllers <command>', 'how it is started again')
    .option('--stop-function <command>', 'how the function is stopped')
    .option('--start-function <command>', 'how it is started again')
    .option('--core-metrics <url>', "where Crossplane's core serves metrics, for example http://localhost:8080/metrics")
    .option('--schedule-minutes <number>', 'how long a schedule of every minute is watched', '6')
    .option('--crossplane <path>', "Crossplane's CLI, whose render is compared")
    .option('--crossplane-core <path>', "Crossplane's core, which its CLI renders with instead of a container")
    .option('--only <scenario>', 'plays only this one (repeatable)', collect, [])
    .option('--results <directory>', 'where results.json, results.md and junit.xml are written', 'e2e-results')
    .parse(argv, { from: 'user' })
    .opts<Options>();

/** The flags of the suite. Nothing outside the project is named but by them. */
import { Command, Option } from 'commander';

export interface Options {
  configuration: 'claims' | 'namespaced';
  /** Absent: the function is installed as a package. */
  functionEndpoint?: string;
  providerServiceAccount: string;
  fakePods: boolean;
  only: string[];
  results: string;
}

export const parseOptions = (argv: string[]): Options =>
  new Command('e2e')
    .description(
      'Proves what the README promises on the cluster of KUBECONFIG, which needs Crossplane 2 and provider-kubernetes.',
    )
    .addOption(new Option('--configuration <name>', 'which one is installed').choices(['claims', 'namespaced']).default('claims'))
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
    .option('--only <scenario>', 'plays only this one (repeatable)', (name: string, names: string[]) => [...names, name], [])
    .option('--results <directory>', 'where results.json and junit.xml are written', 'e2e-results')
    .parse(argv, { from: 'user' })
    .opts<Options>();

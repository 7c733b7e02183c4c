/** What a scenario works with: a namespace of its own, AgentRuns in it, and questions to the API server. */

import { API_VERSION } from '../../src/api/kinds.ts';
import { readCondition } from '../../src/kube/conditions.ts';
import { equal, type JsonObject, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { PART, RUN } from '../../src/kube/labels.ts';
import { CLAIMS, NAMESPACED, type Variant } from '../../src/kube/variant.ts';
import { PINNED } from '../../src/objects/observed.ts';
import { eventually } from './clock.ts';
import * as cluster from './kubectl.ts';
import type { Options } from './options.ts';

export interface Figure {
  name: string;
  value: number;
  unit: string;
}

/** One proof. It throws when what it proves is not so. */
export interface Scenario {
  about: string;
  play: (world: World) => Promise<void>;
}

/** Some of what the sidecar of e2e-tools may do in namespace and cluster, and some of what it may not. */
const TOOLS_MAY: cluster.Access[] = [
  { verb: 'get', resource: 'pods' },
  { verb: 'list', resource: 'pods' },
  { verb: 'list', resource: 'nodes' },
];
const TOOLS_MAY_NOT: cluster.Access[] = [
  { verb: 'delete', resource: 'pods' },
  { verb: 'get', resource: 'secrets' },
  { verb: 'create', resource: 'jobs', group: 'batch' },
];

export function must(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what);
}

export class World {
  readonly figures: Figure[] = [];
  readonly options: Options;
  readonly namespace: string;
  readonly variant: Variant;
  private readonly namespaces: string[] = [];

  constructor(options: Options, name: string) {
    this.options = options;
    this.namespace = `e2e-${name}`;
    this.variant = options.configuration === 'claims' ? CLAIMS : NAMESPACED;
  }

  measure(name: string, value: number, unit = 's'): void {
    this.figures.push({ name, value, unit });
  }

  /** A namespace with an instance named `sre`, gone after the scenario. */
  async open(namespace: string = this.namespace): Promise<void> {
    this.namespaces.push(namespace);
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await cluster.apply({ apiVersion: API_VERSION, kind: 'SympoziumInstance', metadata: { name: 'sre', namespace }, spec: {} });
  }

  /** Default with the pack e2e-tools. */
  async createRun(spec: JsonObject = {}, name = 'run', namespace: string = this.namespace): Promise<Run> {
    const run = new Run(this, name, namespace, spec);
    await run.apply();
    return run;
  }

  /** Deletes what the scenario made; what does not go is a fault of the product. */
  async close(): Promise<void> {
    for (const namespace of this.namespaces) {
      for (const kind of ['agentruns.sympozium.ai', 'sympoziuminstances.sympozium.ai'])
        for (const item of await cluster.list(kind, { namespace }))
          await cluster.remove(kind, textAt(item, 'metadata', 'name') ?? '', namespace);
    }
    await eventually('no Object is left', 120, async () => (await this.objects()).length === 0);
    for (const namespace of this.namespaces) {
      await cluster.remove('namespace', namespace);
      await eventually(
        `namespace ${namespace} is gone`,
        120,
        async () => (await cluster.get('namespace', namespace)) === undefined,
      );
    }
  }

  /** The provider's kind for Objects, as kubectl names it. */
  get objectKind(): string {
    return `objects.${this.variant.objects.apiVersion.split('/')[0]}`;
  }

  /** The Objects of all runs: one scenario is played at a time. */
  objects(): Promise<JsonObject[]> {
    return cluster.list(this.objectKind, { labels: RUN });
  }

  /** Everything that tells why a scenario failed. */
  async describe(): Promise<string> {
    const parts: unknown[] = [];
    for (const namespace of this.namespaces) {
      parts.push(...(await cluster.list('agentruns.sympozium.ai', { namespace })));
      const pods = await cluster.list('pods', { namespace });
      parts.push(...pods.map((pod) => [textAt(pod, 'metadata', 'name'), objectAt(pod, 'status')]));
    }
    const objects = await this.objects();
    parts.push(...objects.map((object) => [textAt(object, 'metadata', 'labels', PART), listAt(object, 'status', 'conditions')]));
    return parts.map((part) => JSON.stringify(part)).join('\n');
  }
}

/** One AgentRun of a scenario. */
export class Run {
  private readonly world: World;
  private readonly spec: JsonObject;
  readonly name: string;
  readonly namespace: string;
  /** Known once it was read from the status. */
  private id = '';

  constructor(world: World, name: string, namespace: string, spec: JsonObject) {
    this.world = world;
    this.name = name;
    this.namespace = namespace;
    this.spec = { instanceRef: 'sre', task: 'Look', skills: [{ skillPackRef: 'e2e-tools' }], ...spec };
  }

  apply(): Promise<string> {
    const metadata = { name: this.name, namespace: this.namespace };
    return cluster.apply({ apiVersion: API_VERSION, kind: 'AgentRun', metadata, spec: this.spec });
  }

  change(spec: JsonObject): Promise<string> {
    return cluster.patch('agentrun', this.name, this.namespace, { spec });
  }

  delete(...flags: string[]): Promise<string> {
    return cluster.remove('agentrun', this.name, this.namespace, ...flags);
  }

  read(): Promise<JsonObject | undefined> {
    return cluster.get('agentrun', this.name, this.namespace);
  }

  async status(): Promise<JsonObject> {
    const status = objectAt(await this.read(), 'status');
    this.id = textAt(status, 'runId') ?? this.id;
    return status;
  }

  /** Seconds until it says so of itself. */
  until(phase: string, limit = 60): Promise<number> {
    return eventually(`${this.name} is ${phase}`, limit, async () => (await this.status())['phase'] === phase);
  }

  /** Seconds until the run works. */
  start(): Promise<number> {
    return this.until('Running');
  }

  async condition(type: string): Promise<string> {
    const found = readCondition((await this.read()) ?? {}, type);
    return `${found?.status}/${found?.reason}`;
  }

  async reason(): Promise<string> {
    const { phase, reason } = await this.status();
    return `${phase}/${reason}`;
  }

  get workloadName(): string {
    return `agentrun-${this.id}`;
  }

  /** Which of some rights the ServiceAccount of the run has now; those of a namespace in its own. */
  private may(accesses: cluster.Access[]): Promise<boolean[]> {
    const user = `system:serviceaccount:${this.namespace}:${this.workloadName}`;
    const inOwn = (access: cluster.Access) => (access.resource === 'nodes' ? access : { ...access, namespace: this.namespace });
    return Promise.all(accesses.map((access) => cluster.mayDo(user, inOwn(access))));
  }

  /** Whether it has the rights of e2e-tools now, and no other of those that are asked for. */
  async hasItsRights(): Promise<boolean> {
    return (await this.may(TOOLS_MAY)).every((is) => is) && (await this.may(TOOLS_MAY_NOT)).every((is) => !is);
  }

  async hasNoRight(): Promise<boolean> {
    return (await this.may(TOOLS_MAY)).every((is) => !is);
  }

  /** Seconds until none of its rights is left. */
  untilNoRight(limit = 60): Promise<number> {
    return eventually(`${this.name} has no right`, limit, () => this.hasNoRight());
  }

  /** Seconds until nothing can make its Job again. */
  untilPinned(): Promise<number> {
    return eventually(`the Job of ${this.name} is pinned`, 30, async () =>
      equal(valueAt(await this.object('agentrun-job'), 'spec', 'managementPolicies') ?? null, PINNED),
    );
  }

  /** Its Pods, ended ones and such that are ending included. */
  pods(): Promise<JsonObject[]> {
    return cluster.list('pods', { namespace: this.namespace, labels: `${RUN}=${this.id}` });
  }

  untilNoPod(limit = 60): Promise<number> {
    return eventually(`${this.name} has no Pod`, limit, async () => (await this.pods()).length === 0);
  }

  untilGone(limit = 120): Promise<number> {
    return eventually(`${this.name} is gone`, limit, async () => (await this.read()) === undefined);
  }

  /** The agent ends with a code of its own. */
  async endAgent(code: number): Promise<void> {
    const [pod] = await this.pods();
    const name = textAt(pod, 'metadata', 'name') ?? '';
    must(name !== '', `${this.name} has a Pod that can end`);
    await cluster.annotate('pod', name, this.namespace, `e2e/exit=${code}`);
  }

  /** The real object of a kind that carries the name of the run. */
  real(kind: string): Promise<JsonObject | undefined> {
    return cluster.get(kind, this.workloadName, this.namespace);
  }

  /** The Object of a part. */
  async object(part: string): Promise<JsonObject | undefined> {
    const objects = await this.world.objects();
    return objects.find((object) => {
      const labels = objectAt(object, 'metadata', 'labels');
      return labels[RUN] === this.id && labels[PART] === part;
    });
  }
}

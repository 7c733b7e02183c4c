/** What a scenario works with: a namespace of its own, AgentRuns in it, and questions to the API server. */

import { readCondition } from '../../src/kube/conditions.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { PART, RUN } from '../../src/kube/labels.ts';
import { CLAIMS, NAMESPACED, type Variant } from '../../src/kube/variant.ts';
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

/** What the sidecar of e2e-tools may do, and nothing besides. */
const TOOLS_MAY: cluster.Access[] = [
  { verb: 'get', resource: 'pods' },
  { verb: 'list', resource: 'pods' },
];
export const TOOLS_MAY_NOT: cluster.Access[] = [
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
    await cluster.apply(this.resource('SympoziumInstance', 'sre', namespace, {}));
  }

  private resource(kind: string, name: string, namespace: string, spec: JsonObject): JsonObject {
    return { apiVersion: 'sympozium.ai/v1alpha1', kind, metadata: { name, namespace }, spec };
  }

  async createRun(spec: JsonObject, name = 'run', namespace: string = this.namespace): Promise<Run> {
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
      await eventually(`no Object of ${namespace} is left`, 120, async () => (await this.objectsIn(namespace)).length === 0);
      await cluster.remove('namespace', namespace);
      await eventually(
        `namespace ${namespace} is gone`,
        120,
        async () => (await cluster.get('namespace', namespace)) === undefined,
      );
    }
  }

  /** The provider's Objects of all runs in a namespace. */
  async objectsIn(namespace: string): Promise<JsonObject[]> {
    const { apiVersion, namespaced } = this.variant.objects;
    const [group = ''] = apiVersion.split('/');
    const found = await cluster.list(`objects.${group}`, { labels: RUN, ...(namespaced && { namespace }) });
    return found.filter(
      (object) => JSON.stringify(valueAt(object, 'spec', 'forProvider')).includes(`"${namespace}"`) || namespaced,
    );
  }

  /** Everything that tells why a scenario failed. */
  async describe(): Promise<string> {
    const parts: unknown[] = [];
    for (const namespace of this.namespaces) {
      parts.push(...(await cluster.list('agentruns.sympozium.ai', { namespace })));
      const objects = await this.objectsIn(namespace);
      parts.push(
        ...objects.map((object) => [textAt(object, 'metadata', 'labels', PART), listAt(object, 'status', 'conditions')]),
      );
      const pods = await cluster.list('pods', { namespace });
      parts.push(...pods.map((pod) => [textAt(pod, 'metadata', 'name'), objectAt(pod, 'status')]));
    }
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
    this.spec = { instanceRef: 'sre', task: 'Look', ...spec };
  }

  apply(): Promise<string> {
    const metadata = { name: this.name, namespace: this.namespace };
    return cluster.apply({ apiVersion: 'sympozium.ai/v1alpha1', kind: 'AgentRun', metadata, spec: this.spec });
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

  private mayDo(access: cluster.Access): Promise<boolean> {
    return cluster.mayDo(`system:serviceaccount:${this.namespace}:${this.workloadName}`, access);
  }

  /** Which of some rights the ServiceAccount of the run has now; those of a namespace in its own. */
  async may(accesses: cluster.Access[] = [...TOOLS_MAY, { verb: 'list', resource: 'nodes' }]): Promise<boolean[]> {
    const inOwn = (access: cluster.Access) => (access.resource === 'nodes' ? access : { ...access, namespace: this.namespace });
    return Promise.all(accesses.map((access) => this.mayDo(inOwn(access))));
  }

  /** Seconds until none of its rights is left. */
  untilNoRight(limit = 60): Promise<number> {
    return eventually(`${this.name} has no right`, limit, async () => (await this.may()).every((is) => !is));
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
    const objects = await this.world.objectsIn(this.namespace);
    return objects.find((object) => {
      const labels = objectAt(object, 'metadata', 'labels');
      return labels[RUN] === this.id && labels[PART] === part;
    });
  }
}

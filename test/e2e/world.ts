/** What a scenario works with: a namespace of its own, AgentRuns in it, and questions to the API server. */
import { API_VERSION, CLAIMS, NAMESPACED, type Variant } from '../../src/api/kinds.ts';
import { PART, RUN } from '../../src/api/labels.ts';
import { type JsonObject, listAt, objectAt, textAt } from '../../src/kube/json.ts';
import { PARTS } from '../../src/run/parts.ts';
import { eventually } from './clock.ts';
import * as cluster from './kubectl.ts';
import { readCounter, sumCounter } from './metrics.ts';
import { type Compose, type Configuration, composeOf, type Options } from './options.ts';
import { PodWatch } from './podwatch.ts';
import { Run } from './run.ts';

/** The real objects of a run, as kubectl names them; those of Cilium are nobody's here. */
const DIRECT_KINDS = PARTS.filter(({ dialect }) => dialect !== 'Cilium')
  .map(({ resource, apiGroup }) => (apiGroup === '' ? resource : `${resource}.${apiGroup}`))
  .join();

export interface Figure {
  name: string;
  value: number;
  unit: string;
}

/** One proof. It throws when what it proves is not so. */
export interface Scenario {
  about: string;
  /** Flags without which it is skipped. */
  needs?: (keyof Options)[];
  /** The configurations it is about; default all. */
  configurations?: readonly Configuration[];
  /** How runs have to be made for it; default either way. */
  compose?: Compose;
  /** Whether it is about what a kubelet does. */
  realPods?: boolean;
  play: (world: World) => Promise<void>;
}

export function must(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what);
}

export class World {
  readonly figures: Figure[] = [];
  /** What people read meanwhile, as rows of a table. */
  readonly readings: string[][] = [];
  readonly options: Options;
  readonly namespace: string;
  readonly variant: Variant;
  readonly podsEver = new PodWatch();
  private readonly namespaces: string[] = [];
  /** Events have whole seconds. */
  private readonly openedAt = Math.floor(Date.now() / 1000) * 1000;

  constructor(options: Options, name: string) {
    this.options = options;
    this.namespace = `e2e-${name}`;
    this.variant = options.configuration === 'claims' ? CLAIMS : NAMESPACED;
  }

  get isNamespaced(): boolean {
    return this.variant === NAMESPACED;
  }

  /** Requests that the API server has answered, whoever made them. */
  async requests(): Promise<number> {
    return sumCounter(await cluster.raw('/metrics'), 'apiserver_request_total', {});
  }

  measure(name: string, value: number, unit = 's'): void {
    this.figures.push({ name, value, unit });
  }

  /** A namespace with an instance named `sre`, gone after the scenario. */
  async open(namespace: string = this.namespace): Promise<void> {
    this.namespaces.push(namespace);
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await this.createInstance('sre', namespace);
  }

  createInstance(name: string, namespace: string = this.namespace): Promise<string> {
    return cluster.apply({ apiVersion: API_VERSION, kind: 'SympoziumInstance', metadata: { name, namespace }, spec: {} });
  }

  /** Default with the pack e2e-tools. */
  async createRun(spec: JsonObject = {}, name = 'run', namespace: string = this.namespace): Promise<Run> {
    const run = this.describeRun(name, spec, namespace);
    await run.apply();
    return run;
  }

  /** One that is not made yet. */
  describeRun(name: string, spec: JsonObject = {}, namespace: string = this.namespace): Run {
    return new Run(this, name, namespace, spec);
  }

  /** Deletes schedules, runs and instances, until nothing is left that was composed for them. */
  async removeRuns(): Promise<void> {
    for (const namespace of this.namespaces) {
      for (const kind of ['agentschedules', 'agentruns', 'sympoziuminstances'].map((plural) => `${plural}.sympozium.ai`))
        for (const item of await cluster.list(kind, { namespace }))
          await cluster.remove(kind, textAt(item, 'metadata', 'name') ?? '', namespace);
    }
    await eventually('nothing composed is left', 120, async () => (await this.composed()).length === 0);
  }

  /** Deletes what the scenario made; what does not go is a fault of the product, and so is a run that started twice. */
  async close(): Promise<void> {
    await this.removeRuns();
    for (const namespace of this.namespaces) {
      await cluster.remove('namespace', namespace);
      await eventually(
        `namespace ${namespace} is gone`,
        120,
        async () => (await cluster.get('namespace', namespace)) === undefined,
      );
    }
    must(this.podsEver.isWatching(), 'all Pods were watched');
    this.podsEver.stop();
    const guilty = this.podsEver.startedTwice();
    must(guilty.length === 0, `started more than once: ${guilty.join(', ')}`);
  }

  /** What the circuit breaker of Crossplane's core has counted for all runs, or for all composites of another kind. */
  readBreaker(name: 'events' | 'opens', plural = this.isNamespaced ? 'agentruns' : 'xagentruns'): Promise<number> {
    const controller = { controller: `composite/${plural}.sympozium.ai` };
    return readCounter(this.options.coreMetrics ?? '', `circuit_breaker_${name}_total`, controller);
  }

  /** Whether runs are composed without Objects. */
  get isDirect(): boolean {
    return composeOf(this.options) === 'Resources';
  }

  /** The provider's kind for Objects, as kubectl names it. */
  private get objectKind(): string {
    return `objects.${this.variant.objects.apiVersion.split('/')[0]}`;
  }

  /** What is composed for all runs, Objects or the real objects themselves: one scenario is played at a time. */
  async composed(): Promise<JsonObject[]> {
    const objects = await cluster.list(this.objectKind, { labels: RUN });
    return this.isDirect ? [...objects, ...(await cluster.list(DIRECT_KINDS, { labels: PART }))] : objects;
  }

  /** Removes something composed. */
  async removeComposed(resource: JsonObject): Promise<void> {
    const kind = textAt(resource, 'kind') ?? '';
    const name = textAt(resource, 'metadata', 'name') ?? '';
    await cluster.remove(kind === 'Object' ? this.objectKind : kind, name, textAt(resource, 'metadata', 'namespace'));
  }

  /** Everything that tells why a scenario failed. */
  async describe(): Promise<string> {
    const parts: unknown[] = [];
    if (!this.isNamespaced) parts.push(...(await cluster.list('xagentruns.sympozium.ai')).map(withoutManagedFields));
    for (const namespace of this.namespaces) {
      parts.push(...(await cluster.list('agentruns.sympozium.ai', { namespace })).map(withoutManagedFields));
      const pods = await cluster.list('pods', { namespace });
      parts.push(...pods.map((pod) => [textAt(pod, 'metadata', 'name'), objectAt(pod, 'status')]));
    }
    const composed = await this.composed();
    parts.push(...composed.map((object) => [textAt(object, 'metadata', 'labels', PART), listAt(object, 'status', 'conditions')]));
    const warnings = (await cluster.list('events')).filter(
      (event) => event['type'] === 'Warning' && Date.parse(textAt(event, 'lastTimestamp') ?? '') >= this.openedAt,
    );
    parts.push(...warnings.slice(-10).map((event) => [textAt(event, 'involvedObject', 'name'), event['message']]));
    return parts.map((part) => JSON.stringify(part)).join('\n');
  }
}

function withoutManagedFields(resource: JsonObject): JsonObject {
  const { managedFields: _, ...metadata } = objectAt(resource, 'metadata');
  return { ...resource, metadata };
}

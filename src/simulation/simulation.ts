/** One AgentRun in a world of its own: API server, cluster, provider and Crossplane under one clock, and hands to act on it. */
import { nameOf } from '../api/composite.ts';
import type { AgentRunStatus } from '../api/generated/types.ts';
import { API_VERSION } from '../api/kinds.ts';
import { compose } from '../compose.ts';
import type { Request } from '../function/request.ts';
import type { Response } from '../function/response.ts';
import { readCondition } from '../kube/conditions.ts';
import { type JsonObject, objectAt, valueAt } from '../kube/json.ts';
import { PART } from '../kube/labels.ts';
import { identityOf } from '../kube/variant.ts';
import type { PartKey } from '../run/plan.ts';
import { ApiServer, isBeingDeleted, isOwnedBy, keyOf, uidOf, withMetadata } from './apiserver.ts';
import { Clock } from './clock.ts';
import { Cluster } from './cluster.ts';
import { Crossplane, finalizersOfComposite } from './crossplane.ts';
import { isAlive } from './job.ts';
import { Provider } from './provider.ts';
import { Timeline } from './timeline.ts';

/** What the simulation plays with: a composite, what it refers to, and the input of the Composition's step. */
export interface Cast {
  composite: JsonObject;
  required: JsonObject[];
  input: JsonObject | undefined;
}

export interface SimulationOptions {
  start: Date;
  /** Whether the provider runs with --enable-watches. */
  watches: boolean;
  /** How long the provider takes to look at an Object that has changed. */
  providerDelayMs: number;
  /** How far behind an Object in Crossplane's cache may be. */
  lagMs: () => number;
  /** In which order Crossplane applies composed resources. */
  shuffle: <T>(items: T[]) => T[];
  /** The function that is called. */
  compose: (request: Request) => Response;
}

const DEFAULTS: SimulationOptions = {
  start: new Date('2026-01-01T12:00:00Z'),
  watches: true,
  providerDelayMs: 100,
  lagMs: () => 20,
  shuffle: (items) => items,
  compose: (request) => compose(request, { ttlSeconds: 60, requirePolicy: false }),
};

export class Simulation {
  readonly clock: Clock;
  readonly api: ApiServer;
  readonly cluster: Cluster;
  readonly provider: Provider;
  readonly crossplane: Crossplane;
  readonly timeline: Timeline;
  private readonly composite: JsonObject;
  private creations = 0;

  constructor({ composite, required, input }: Cast, options: Partial<SimulationOptions> = {}) {
    const { start, watches, providerDelayMs, ...crossplane } = { ...DEFAULTS, ...options };
    this.composite = composite;
    this.clock = new Clock(start);
    this.api = new ApiServer(this.clock);
    for (const resource of required) this.api.put(resource);
    this.timeline = new Timeline(this.clock, this.api, composite);
    this.cluster = new Cluster(this.clock, this.api);
    this.provider = new Provider(this.clock, this.api, { watches, delayMs: providerDelayMs });
    this.crossplane = new Crossplane(this.clock, this.api, composite, { ...crossplane, input });
  }

  get status(): AgentRunStatus {
    return objectAt(this.api.get(this.composite), 'status') as AgentRunStatus;
  }

  /** Applies the AgentRun; once more changes nothing but what somebody changed in its spec. */
  apply(): void {
    const current = this.api.get(this.composite);
    if (current === undefined) this.create();
    else this.change(objectAt(this.composite, 'spec'));
  }

  /** One that is made again has another uid. */
  private create(): void {
    this.creations += 1;
    const uid = this.creations === 1 ? uidOf(this.composite) : `${uidOf(this.composite)}-${this.creations}`;
    this.api.put(withMetadata(this.composite, { uid, finalizers: finalizersOfComposite(this.composite) }));
  }

  /** Changes fields of its spec. */
  change(spec: JsonObject): void {
    const current = this.api.get(this.composite);
    if (current !== undefined) this.api.put({ ...current, spec: { ...objectAt(current, 'spec'), ...spec } });
  }

  delete(): void {
    this.api.delete(this.composite);
  }

  /** The agent ends by itself; a server has none. */
  endAgent(exitCode: number): void {
    for (const pod of this.livePods().filter((live) => valueAt(live, 'spec', 'restartPolicy') === 'Never')) {
      this.timeline.tell(`the agent ends with exit code ${exitCode}`);
      this.cluster.endPod(pod, exitCode);
    }
  }

  /** As kubectl does it: the Job is gone at once, and the garbage collector takes its Pods. */
  deleteJob(): void {
    for (const job of this.api.list('Job')) {
      this.timeline.tell('somebody deletes the Job');
      const pods = this.api.list('Pod').filter((pod) => isOwnedBy(pod, uidOf(job)));
      this.api.put(withMetadata(job, { finalizers: [] }));
      this.api.delete(job);
      for (const pod of pods) this.api.delete(pod);
    }
  }

  /** The Object of a part is deleted, as kubectl does it. */
  deleteObject(part: PartKey): void {
    const object = this.objectOf(part);
    if (object === undefined) return;
    this.timeline.tell(`somebody deletes the Object ${part}`);
    this.api.delete(object);
  }

  livePods(): JsonObject[] {
    return this.api.list('Pod').filter(isAlive);
  }

  /** The Object of a part, unless it is being deleted. */
  objectOf(part: PartKey): JsonObject | undefined {
    return this.api
      .list('Object')
      .find((object) => valueAt(object, 'metadata', 'labels', PART) === part && !isBeingDeleted(object));
  }

  /** Status and reason of a condition of the run. */
  condition(type: string): string | undefined {
    const found = readCondition(this.api.get(this.composite) ?? {}, type);
    return found && `${found.status}/${found.reason}`;
  }

  wait(seconds: number): void {
    this.clock.advance(seconds * 1000);
  }

  /** Waits until something is so, at most so long. */
  until(isSo: () => boolean, seconds: number): boolean {
    return this.clock.advanceUntil(isSo, seconds * 1000);
  }

  /** `namespace/name` as its user knows it, or the name of a composite that does not tell. */
  get name(): string {
    const identity = identityOf(this.composite);
    return identity === undefined ? nameOf(this.composite) : `${identity.namespace}/${identity.name}`;
  }

  /** Everything there is besides what people wrote and Pods that have ended. */
  left(): string[] {
    return this.api
      .all()
      .filter((resource) => resource['apiVersion'] !== API_VERSION && (resource['kind'] !== 'Pod' || isAlive(resource)))
      .map(keyOf);
  }

  /** Whether the AgentRun is gone, and with it everything it was given. */
  isOver(): boolean {
    return this.api.get(this.composite) === undefined && this.left().length === 0;
  }
}

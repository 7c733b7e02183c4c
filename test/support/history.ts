/** One run from call to call: applies what is desired, and lets a test say what the provider, where one is, and the cluster make of it. */
import type { AgentRunStatus } from '../../src/api/generated/types.ts';
import { RELEASED } from '../../src/api/labels.ts';
import type { Composed, Condition } from '../../src/call/response.ts';
import { equal, type JsonObject, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { HELD } from '../../src/objects/carrier.ts';
import { POLICIES } from '../../src/objects/object.ts';
import { RIGHTS } from '../../src/run/parts.ts';
import { applied } from '../../src/simulation/apply.ts';
import { admitJob, CONTROLLER_UID } from '../../src/simulation/jobadmission.ts';
import { desiredOf, mayGrant } from './carried.ts';
import { task } from './packs.ts';
import { NOW, respondComposed, uses, type World } from './request.ts';
import { BY_OBJECTS } from './variant.ts';

const SYNCED = { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', message: '' };
const READY = { type: 'Ready', status: 'True', reason: 'Available', message: '' };

export class History {
  /** What carries the parts of the run, by resource name, as Crossplane observes it. */
  readonly objects = new Map<string, JsonObject>();
  /** What is desired no more and not gone yet. */
  leaving: JsonObject[] = [];
  private readonly applied = new Map<string, JsonObject>();
  now: number = NOW.getTime();
  last!: Composed;
  world: World;

  constructor(world: World) {
    this.world = world;
  }

  get status(): AgentRunStatus {
    return this.last.status as AgentRunStatus;
  }

  condition(type: string): string | undefined {
    const found = this.last.conditions.find((item) => item.type === type);
    return found && `${found.status}/${found.reason}`;
  }

  /** One call of the function, applied as Crossplane would; and where Crossplane makes the role itself, the one that it leads to. */
  call(): this {
    this.apply(this.ask());
    return this.needsBinding() ? this.apply(this.ask()) : this;
  }

  private needsBinding(): boolean {
    const role = this.last.resources.get('agentrun-role')?.resource;
    return !BY_OBJECTS && role !== undefined && !this.objects.has('agentrun-rolebinding') && mayGrant(role);
  }

  /** One call whose status is never written: Crossplane deletes and applies before it, and may fail in between. */
  callInVain(): this {
    const { composite } = this.world;
    this.apply(this.ask());
    this.world = { ...this.world, composite };
    return this;
  }

  private ask(): Composed {
    const cluster = [...(this.world.cluster ?? []), ...this.objects.values(), ...this.leaving];
    const before = this.last?.requirements ?? {};
    return respondComposed({ ...this.world, cluster, observed: new Map(this.objects), now: new Date(this.now), before });
  }

  private apply(response: Composed): this {
    this.last = response;
    const { status, conditions, resources } = response;
    const written = { ...status, conditions: conditions.map((item) => this.since(item)) };
    this.world = { ...this.world, composite: { ...this.world.composite, status: written as unknown as JsonObject } };
    for (const [key, object] of this.objects) {
      if (resources.has(key)) continue;
      this.objects.delete(key);
      this.applied.delete(key);
      this.leaving.push({ ...object, metadata: { ...objectAt(object, 'metadata'), deletionTimestamp: this.time() } });
    }
    for (const [key, { resource }] of resources) this.applyCarried(key, resource);
    return this;
  }

  /** As Crossplane does: a condition with another reason or message is a new one. */
  private since(item: Condition): JsonObject {
    const before = listAt(this.world.composite, 'status', 'conditions').find((old) => textAt(old, 'type') === item.type);
    const isSame = ['status', 'reason', 'message'].every((field) => textAt(before, field) === textAt(item, field));
    return { ...item, lastTransitionTime: (isSame && textAt(before, 'lastTransitionTime')) || this.time() };
  }

  private applyCarried(key: string, resource: JsonObject): void {
    const before = this.objects.get(key);
    const creationTimestamp = textAt(before, 'metadata', 'creationTimestamp') ?? new Date(this.now).toISOString();
    if (resource['kind'] === 'Object') this.applyObject(key, resource, creationTimestamp);
    else this.applyReal(key, resource, creationTimestamp);
  }

  /** As the API server does it for one that owns what it applied. */
  private applyReal(key: string, resource: JsonObject, creationTimestamp: string): void {
    const before = this.objects.get(key);
    const { resourceVersion: _, ...metadata } = objectAt(resource, 'metadata');
    const wanted = { ...resource, metadata };
    const merged = applied(before ?? {}, wanted, this.applied.get(key) ?? {});
    const own = { uid: `uid-of-${key}`, creationTimestamp, resourceVersion: '1' };
    const real = { ...merged, metadata: { ...objectAt(merged, 'metadata'), ...own } };
    this.applied.set(key, wanted);
    this.objects.set(key, admitJob(real, before));
  }

  private applyObject(key: string, resource: JsonObject, creationTimestamp: string): void {
    const before = this.objects.get(key);
    const defaults = { managementPolicies: ['*'], deletionPolicy: 'Delete', watch: false };
    this.objects.set(key, {
      ...resource,
      metadata: { ...objectAt(resource, 'metadata'), name: `object-${key}`, creationTimestamp },
      spec: { ...defaults, ...objectAt(resource, 'spec') },
      status: objectAt(before, 'status'),
    });
  }

  /**
   * The provider has applied everything; a Job is ready only at its end. What is composed directly is what it is, and where it grants
   * nothing any more Crossplane has called again and dropped it.
   */
  settle(): this {
    if (isEmptying(this.last)) this.apply(this.ask());
    for (const [key, object] of this.objects) {
      if (object['kind'] !== 'Object') continue;
      const manifest = structuredClone(objectAt(object, 'spec', 'forProvider', 'manifest'));
      const metadata = { ...objectAt(manifest, 'metadata'), uid: `uid-of-${key}` };
      const real = { ...manifest, metadata, status: objectAt(object, 'status', 'atProvider', 'manifest', 'status') };
      const conditions = key === 'agentrun-job' ? [SYNCED, { ...READY, status: 'False' }] : [SYNCED, READY];
      this.objects.set(key, { ...object, status: { conditions, atProvider: { manifest: real } } });
    }
    this.leaving = [];
    return this;
  }

  /** What the cluster says of the workload now. */
  report(key: 'agentrun-job' | 'agentrun-deployment', status: JsonObject): this {
    const object = this.objects.get(key) ?? {};
    if (object['kind'] !== 'Object') {
      this.objects.set(key, { ...object, status });
      return this;
    }
    const provider = objectAt(object, 'status');
    const manifest = objectAt(provider, 'atProvider', 'manifest');
    this.objects.set(key, { ...object, status: { ...provider, atProvider: { manifest: { ...manifest, status } } } });
    return this;
  }

  /** The provider cannot do its work with an Object. */
  fail(key: string, message: string): this {
    const object = this.objects.get(key) ?? {};
    const conditions = [{ ...SYNCED, status: 'False', message }];
    this.objects.set(key, { ...object, status: { ...objectAt(object, 'status'), conditions } });
    return this;
  }

  /** What a part is asked to be is different, in some fields at a path; composed directly it is the part itself. */
  alterDesired(key: string, path: string[], fields: JsonObject): this {
    return this.alter(key, BY_OBJECTS ? ['spec', 'forProvider', 'manifest', ...path] : path, fields);
  }

  /** What a part is observed to be is different, in some fields at a path. */
  alterReal(key: string, path: string[], fields: JsonObject): this {
    return this.alter(key, BY_OBJECTS ? ['status', 'atProvider', 'manifest', ...path] : path, fields);
  }

  /** What a part is observed to be. */
  real(key: string): JsonObject {
    return objectAt(this.objects.get(key), ...(BY_OBJECTS ? ['status', 'atProvider', 'manifest'] : []));
  }

  /** What is observed of what carries a part is different, in some fields at a path. */
  alter(key: string, path: string[], fields: JsonObject): this {
    const object = structuredClone(this.objects.get(key) ?? {});
    Object.assign(valueAt(object, ...path) as JsonObject, fields);
    this.objects.set(key, object);
    return this;
  }

  wait(seconds: number): this {
    this.now += seconds * 1000;
    return this;
  }

  edit(cluster: JsonObject[]): this {
    this.world = { ...this.world, cluster };
    return this;
  }

  spec(changes: JsonObject): this {
    const { composite } = this.world;
    this.world = { ...this.world, composite: { ...composite, spec: { ...objectAt(composite, 'spec'), ...changes } } };
    return this;
  }

  time(offsetSeconds = 0): string {
    return new Date(this.now + offsetSeconds * 1000).toISOString().replace('.000Z', 'Z');
  }

  /** Everything is there, and the status says so: the next call lets the workload go. */
  decided(): this {
    return this.call().settle().call();
  }

  /** Let go, and reported so. */
  released(): this {
    return this.decided().settle().call().settle();
  }

  /** Prepared, released, started, with one ready Pod. */
  run(): this {
    this.released();
    return this.report('agentrun-job', { startTime: this.time(), active: 1, ready: 1 }).call().settle();
  }

  /** The Job has ended. */
  end(type: 'Complete' | 'Failed', reason = '', message = ''): this {
    const condition = { type, status: 'True', reason, message, lastTransitionTime: this.time() };
    const completed = type === 'Complete' ? { completionTime: this.time(), succeeded: 1 } : { failed: 1 };
    return this.report('agentrun-job', {
      startTime: this.status.startTime ?? this.time(-5),
      conditions: [condition],
      ...completed,
    }).call();
  }
}

/** A task whose pack asks for every kind of right. */
export const withRights = (): History => new History(task({ skills: uses('tools') }));

/** What the last response desires: its resource names, its text, and what it says of the Job. */
export const desired = ({ last }: History): string[] =>
  [...last.resources].flatMap(([key, { ready }]) => (isEmptying(last) && leaves(last, key, ready) ? [] : [key])).sort();

/** What is composed directly leaves in two steps: once more as it is, but for roles without rules, then not at all. */
const isEmptying = ({ resources }: Composed): boolean =>
  !BY_OBJECTS && ROLES.some((key) => resources.has(key) && !mayGrant(resources.get(key)?.resource ?? {}));
const ROLES = ['agentrun-role', 'agentrun-clusterrole'];

/** What leaves is not ready. Neither is a Job that works, which leaves with a run that is cancelled. */
const leaves = ({ status }: Composed, key: string, ready: boolean): boolean =>
  !ready && (key !== 'agentrun-job' || status.phase === 'Cancelled');

export const text = ({ last }: History): string =>
  JSON.stringify([...last.resources].map(([key, { resource }]) => [key, resource]).sort());
/** What of it carries rights. */
export const desiredRights = (history: History): string[] =>
  desired(history).filter((key) => RIGHTS.some((right) => right === key));
const desiredJob = ({ last }: History) => last.resources.get('agentrun-job')?.resource;
/** Of the Object of a Job. */
export const jobSpec = (history: History, ...path: string[]) => valueAt(desiredJob(history), 'spec', ...path);
/** The uid that the desired Job is locked to. */
export const lockOf = (history: History) =>
  textAt(desiredOf(desiredJob(history)), 'spec', 'template', 'metadata', 'labels', CONTROLLER_UID);
export const suspended = (history: History) => valueAt(desiredOf(desiredJob(history)), 'spec', 'suspend');

/** Whether Crossplane is asked what is left of the run. */
export const isLooking = ({ last }: History): boolean => Object.keys(last.requirements).some((key) => key.startsWith(HELD));

/** Whether nothing that is desired may change the Job any more. */
export const isPinned = (history: History): boolean => {
  const job = desiredJob(history) ?? {};
  if (BY_OBJECTS)
    return equal(valueAt(job, 'spec', 'managementPolicies') ?? null, POLICIES.fixed) && suspended(history) === false;
  return (
    valueAt(job, 'metadata', 'annotations', RELEASED) !== undefined && valueAt(job, 'metadata', 'resourceVersion') !== undefined
  );
};

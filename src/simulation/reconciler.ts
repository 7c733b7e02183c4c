/**
 * What Crossplane does with one composite, from composition_functions.go and reconciler.go of its source: it reads it and
 * what it is composed of from caches, calls the function until its requirements are stable, collects what is no longer desired,
 * writes the references, applies what is desired, in any order, writes the status, then the conditions; and does it
 * again when the composite or an Object changes or the TTL is over. A write that is refused ends it there and then, unless
 * an Object is invalid: the status is not written, and the conditions tell that nobody knows. Time may pass between the
 * steps. Functions are not called for a composite that is being deleted.
 *
 * Not modelled: a write that is lost on its way, two instances of Crossplane at once.
 */
import { nameOf } from '../api/composite.ts';
import { RESOURCE_NAME } from '../api/labels.ts';
import type { Request, Selector } from '../call/request.ts';
import type { Composed, Response } from '../call/response.ts';
import { composeInRounds } from '../call/rounds.ts';
import { type JsonObject, listAt, objectAt, textAt } from '../kube/json.ts';
import { type ApiServer, isBeingDeleted, keyOf, Refused, uidOf, versionOf } from './apiserver.ts';
import type { Clock } from './clock.ts';
import { namespaceOf, toReference, withOwner, withoutLabel } from './composed.ts';
import { readiness, setConditions, synced, type Told, unknownConditions } from './conditions.ts';
import { refuseBinding } from './rights.ts';

export interface ReconcilerOptions {
  /** The function. */
  compose: (request: Request) => Response;
  /** The input of the Composition's step. */
  input: () => JsonObject | undefined;
  /** In which order composed resources are collected and applied. */
  shuffle: <T>(items: T[]) => T[];
  /** How long each step of a reconcile takes. */
  stepMs: () => number;
  /**
   * Whether Crossplane's labels are taken from what is composed before it is deleted, with the resourceVersion that was read: an
   * one that has changed since stops the reconcile.
   */
  cleansLabels: boolean;
  /** What is said when it may not create or change objects of a kind; undefined when it may. */
  refuses: (kind: string) => string | undefined;
}

/** What a reconciler reads. */
export interface Cache {
  composite: (composite: JsonObject) => JsonObject | undefined;
  object: (object: JsonObject) => JsonObject | undefined;
  list: (selector: Selector) => JsonObject[];
}

const BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;

export const FINALIZER = 'composite.apiextensions.crossplane.io';

/** What the API server adds to an Object that does not say it. */
const OBJECT_DEFAULTS = { managementPolicies: ['*'], deletionPolicy: 'Delete', watch: false };

/** A reconcile, which may be interrupted at each step; returns when it is due again, in milliseconds. */
type Steps = Generator<undefined, number | undefined, undefined>;

export class Reconciler {
  /** The one that is reconciled, by kind, namespace and name. */
  readonly composite: JsonObject;
  private readonly clock: Clock;
  private readonly api: ApiServer;
  private readonly cache: Cache;
  private readonly options: ReconcilerOptions;
  private due: number | undefined;
  private stopped = false;
  private failures = 0;
  /** The reconcile that is going on. */
  private steps: Steps | undefined;
  /** What the reconcile that is going on has read. */
  private read: JsonObject = {};
  /** What it applied last, by uid: the API server knows it by the owner of each field. */
  private readonly applied = new Map<string, JsonObject>();
  /** What was required last time is sent along with the first call. */
  private requirements: Record<string, Selector> = {};

  constructor(clock: Clock, api: ApiServer, composite: JsonObject, cache: Cache, options: ReconcilerOptions) {
    this.clock = clock;
    this.api = api;
    this.composite = composite;
    this.cache = cache;
    this.options = options;
  }

  /** What goes on ends where it is. */
  stop(): void {
    this.stopped = true;
    this.steps = undefined;
  }

  /** It remembers nothing. */
  start(delay: number): void {
    this.stop();
    this.stopped = false;
    this.failures = 0;
    this.requirements = {};
    this.due = undefined;
    this.enqueue(delay);
  }

  enqueue(delay: number): void {
    const at = this.clock.now + delay;
    if (this.due !== undefined && this.due <= at) return;
    this.due = at;
    this.clock.after(delay, () => this.begin(at));
  }

  /** One at a time: what becomes due meanwhile begins when that has ended. */
  private begin(at: number): void {
    if (this.due !== at || this.steps !== undefined) return;
    this.due = undefined;
    if (this.stopped) return;
    this.steps = this.reconcile();
    this.proceed(this.steps);
  }

  private proceed(steps: Steps): void {
    while (this.steps === steps) {
      const step = this.next(steps);
      if (step.done === true) {
        this.end(step.value);
        return;
      }
      const delay = this.options.stepMs();
      if (delay > 0) {
        this.clock.after(delay, () => this.proceed(steps));
        return;
      }
    }
  }

  private next(steps: Steps): IteratorResult<undefined, number | undefined> {
    try {
      return steps.next();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.reason !== 'Conflict') this.tellFailure(error.message);
      return { done: true, value: Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** this.failures++) };
    }
  }

  private end(again: number | undefined): void {
    this.steps = undefined;
    const due = this.due;
    this.due = undefined;
    if (due !== undefined) this.enqueue(Math.max(0, due - this.clock.now));
    if (again !== undefined) this.enqueue(again);
  }

  private *reconcile(): Steps {
    const composite = this.cache.composite(this.composite);
    if (composite === undefined) return undefined;
    this.read = composite;
    if (isBeingDeleted(composite)) {
      this.api.removeFinalizer(composite, FINALIZER);
      return undefined;
    }
    const observed = this.observe(composite);
    yield;
    const response = this.call(composite, observed);
    // Nothing is applied and nothing collected.
    if (response.kind === 'fatal') throw new Refused('Forbidden', response.message);
    yield;
    yield* this.collect([...observed].flatMap(([key, object]) => (response.resources.has(key) ? [] : [object])));
    const desired = [...response.resources].map(([key, { resource }]) => withOwner(key, resource, composite));
    this.writeReferences(desired);
    yield;
    const error = yield* this.applyAll(desired);
    this.writeStatus(response);
    yield;
    this.writeConditions([...response.conditions, readiness(response.ready), synced(error)]);
    this.requirements = response.requirements;
    this.failures = 0;
    return response.ttlSeconds * 1000;
  }

  /** What belongs to another composite counts as absent. */
  private observe(composite: JsonObject): Map<string, JsonObject> {
    const observed = new Map<string, JsonObject>();
    for (const reference of listAt(composite, 'spec', 'resourceRefs')) {
      const object = this.cache.object(toReference(reference, composite));
      const key = textAt(object, 'metadata', 'annotations', RESOURCE_NAME);
      if (object !== undefined && key !== undefined) observed.set(key, object);
    }
    return observed;
  }

  private call(composite: JsonObject, observed: Map<string, JsonObject>): Response {
    const { compose, input } = this.options;
    const now = new Date(this.clock.now);
    return composeInRounds(compose, { composite, observed, input: input(), now }, this.cache.list, this.requirements);
  }

  private *collect(garbage: JsonObject[]): Generator<undefined, void, undefined> {
    for (const object of this.options.shuffle(garbage)) {
      if (this.options.cleansLabels) this.api.update(withoutLabel(object));
      this.api.delete(object, object['kind'] === 'Object' ? undefined : 'Foreground');
      yield;
    }
  }

  private writeReferences(desired: JsonObject[]): void {
    const resourceRefs = desired.map((resource) => ({
      apiVersion: resource['apiVersion'] ?? '',
      kind: resource['kind'] ?? '',
      name: nameOf(resource),
      ...(Object.keys(namespaceOf(this.composite)).length === 0 && namespaceOf(resource)),
    }));
    const current = this.current();
    this.api.put({ ...current, spec: { ...objectAt(current, 'spec'), resourceRefs } });
  }

  /** Goes on after an Object that is invalid, and ends at any other that is refused. Tells what is not synced. */
  private *applyAll(desired: JsonObject[]): Generator<undefined, string, undefined> {
    const unsynced: string[] = [];
    for (const resource of this.options.shuffle(desired)) {
      try {
        this.apply(resource);
      } catch (error) {
        if (!(error instanceof Refused && error.reason === 'Invalid')) throw error;
        unsynced.push(textAt(resource, 'metadata', 'annotations', RESOURCE_NAME) ?? '');
      }
      yield;
    }
    return unsynced.length === 0 ? '' : `Unsynced resources: ${unsynced.sort().join(', ')}`;
  }

  /** Owns the fields that are given; what the provider and the API server wrote stays. */
  private apply(resource: JsonObject): void {
    if (resource['kind'] === 'Object') this.applyObject(resource);
    else this.applyReal(resource);
  }

  private applyReal(resource: JsonObject): void {
    const kind = String(resource['kind']);
    const before = this.api.get(resource);
    const refusal = this.options.refuses(kind) ?? (before === undefined ? refuseBinding(this.api, resource) : undefined);
    if (refusal !== undefined) throw new Refused('Forbidden', `cannot apply composed resource: ${refusal}`);
    this.api.apply(resource, this.applied.get(uidOf(before)));
    const { resourceVersion: _, ...metadata } = objectAt(resource, 'metadata');
    this.applied.set(uidOf(this.api.get(resource)), { ...resource, metadata });
  }

  private applyObject(resource: JsonObject): void {
    const before = this.api.get(resource);
    const annotations = { ...objectAt(before, 'metadata', 'annotations'), ...objectAt(resource, 'metadata', 'annotations') };
    this.api.put({
      ...resource,
      metadata: { ...objectAt(before, 'metadata'), ...objectAt(resource, 'metadata'), annotations },
      spec: { ...OBJECT_DEFAULTS, ...objectAt(resource, 'spec') },
      ...(before?.['status'] !== undefined && { status: before['status'] }),
    });
  }

  /** The conditions that were read go along, however old they are. */
  private writeStatus({ status }: Composed): void {
    const current = this.current();
    const read = listAt(this.read, 'status', 'conditions');
    const readTypes = new Set(read.map((condition) => textAt(condition, 'type')));
    const others = listAt(current, 'status', 'conditions').filter((condition) => !readTypes.has(textAt(condition, 'type')));
    const conditions = [...read, ...others];
    this.api.putStatus(current, { ...(status as JsonObject), ...(conditions.length > 0 && { conditions }) });
    this.read = this.current();
  }

  /** Unless somebody has written to the composite since its status was. */
  private writeConditions(told: Told[]): void {
    const conditions = setConditions(listAt(this.read, 'status', 'conditions'), told, this.clock.timestamp());
    this.api.update({ ...this.read, status: { ...objectAt(this.read, 'status'), conditions } });
  }

  /** Only if nobody has written to the composite since it was read, Crossplane itself included. */
  private tellFailure(message: string): void {
    const current = this.api.get(this.composite);
    if (current === undefined || versionOf(current) !== versionOf(this.read)) return;
    const told = listAt(current, 'status', 'conditions');
    const conditions = setConditions(told, [...unknownConditions(told), synced(message)], this.clock.timestamp());
    this.api.putStatus(current, { ...objectAt(current, 'status'), conditions });
  }

  /** As it is now; it may not be another one of that name. */
  private current(): JsonObject {
    const current = this.api.get(this.composite);
    if (current === undefined || uidOf(current) !== uidOf(this.read)) {
      throw new Refused('Conflict', `${keyOf(this.composite)} is not the one that was read`);
    }
    return current;
  }
}

/**
 * What the model needs of provider-kubernetes, read from its source and the crossplane-runtime it is built on:
 * management policies, readiness, adoption, when it looks again, what it says of what it cannot do.
 *
 * - `[Observe]` says when the real object is gone; any other set without Create keeps saying what it saw last, and one with
 *   Create makes it again.
 * - An object of the same name is taken over, whoever made it.
 * - It looks again every 10 minutes at what is ready and every 30 seconds at what is not, and at once where it watches.
 * - For 30 seconds after it made an object it takes its absence for a delay, also when it deletes.
 * - It applies without writing before it compares, so a manifest that the API server would refuse cannot be observed.
 * - Deleting sets no propagation policy up to 1.2, and from 1.3 on the one of the Object, by default Background.
 * - A binding cannot be made before its role, because the provider holds no right to bind.
 *
 * Not modelled: connection details, references, a cache that is late, conflicts with Crossplane's writes, a provider that
 * cannot even look, other finalizers on an Object, for which it waits before it deletes.
 */

import { PROVIDER_FINALIZER } from '../api/labels.ts';
import { type JsonObject, type JsonValue, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';
import { desiredManifest } from '../objects/object.ts';
import { type ApiServer, isBeingDeleted, keyOf, type Propagation, Refused, uidOf, withMetadata } from './apiserver.ts';
import { covers } from './apply.ts';
import { holds } from './cel.ts';
import type { Clock } from './clock.ts';
import { COLLECTION, Collections } from './collections.ts';
import { setConditions, synced, type Told } from './conditions.ts';
import { refuseBinding } from './rights.ts';

export interface ProviderOptions {
  /** Whether it deletes with a propagation policy. */
  propagates: boolean;
  /** Whether it runs with --enable-watches. */
  watches: boolean;
  /** How long it takes until it looks at an Object that has changed. */
  delayMs: number;
}

const POLL_READY_MS = 600_000;
const POLL_MS = 30_000;
const CREATION_GRACE_MS = 30_000;
const WATCH_MS = 50;
const MAX_BACKOFF_MS = 60_000;

const CREATED_AT = 'crossplane.io/external-create-succeeded';

export class Provider {
  private readonly clock: Clock;
  private readonly api: ApiServer;
  private readonly options: ProviderOptions;
  /** When each Object is looked at next, and how often it was tried in vain. */
  private readonly due = new Map<string, number>();
  private readonly tries = new Map<string, number>();
  private readonly collections: Collections;
  private stopped = false;
  private readonly forbidden = new Map<string, string>();
  /** What it applied last, and the manifest that was found valid, by Object. */
  private readonly applied = new Map<string, JsonObject>();
  private readonly valid = new Map<string, JsonObject>();

  constructor(clock: Clock, api: ApiServer, options: ProviderOptions) {
    this.clock = clock;
    this.api = api;
    this.options = options;
    this.collections = new Collections(api);
    api.watch(({ before, after }) => {
      if ((after ?? before)?.['kind'] === COLLECTION) this.seeCollection(before, after);
      const isObjectOfOurs = (after ?? before)?.['kind'] === 'Object';
      if (isObjectOfOurs && after !== undefined && isTold(before, after)) this.enqueue(after, options.delayMs);
      if (!isObjectOfOurs && options.watches) this.enqueueWatching(after ?? before);
    });
  }

  /** It may not create or change objects of a kind until it is permitted. */
  forbid(kind: string, message: string): void {
    this.forbidden.set(kind, message);
  }

  permit(kind: string): void {
    this.forbidden.delete(kind);
  }

  stop(): void {
    this.stopped = true;
  }

  /** It looks at everything when it starts. */
  start(): void {
    this.stopped = false;
    for (const memory of [this.due, this.tries, this.valid]) memory.clear();
    for (const object of this.api.list('Object')) this.enqueue(object, this.options.delayMs);
    for (const collection of this.api.list(COLLECTION)) this.seeCollection(undefined, collection);
  }

  private seeCollection(before: JsonObject | undefined, after: JsonObject | undefined): void {
    if (after === undefined) this.collections.drop(before ?? {});
    else if (before === undefined)
      this.clock.after(this.options.delayMs, () => {
        if (!this.stopped) this.collections.list(after);
      });
  }

  private enqueueWatching(real: JsonObject | undefined): void {
    const key = keyOf(real);
    for (const object of this.api.list('Object')) {
      if (valueAt(object, 'spec', 'watch') === true && keyOf(desiredManifest(object)) === key) this.enqueue(object, WATCH_MS);
    }
  }

  private enqueue(object: JsonObject, delay: number): void {
    const key = keyOf(object);
    const at = this.clock.now + delay;
    const planned = this.due.get(key);
    if (planned !== undefined && planned <= at) return;
    this.due.set(key, at);
    this.clock.after(delay, () => {
      if (this.stopped || this.due.get(key) !== at) return;
      this.due.delete(key);
      const current = this.api.get(object);
      if (current !== undefined) this.reconcile(current);
    });
  }

  private reconcile(object: JsonObject): void {
    const manifest = desiredManifest(object);
    const real = this.api.get(manifest);
    const refusal = real === undefined || isBeingDeleted(object) ? undefined : this.findRefusal(object, manifest);
    const step = refusal === undefined ? decide(object, manifest, real, this.clock.now) : 'refused';
    if (step !== 'release') this.addFinalizer(object);
    switch (step) {
      case 'release':
        this.api.removeFinalizer(object, PROVIDER_FINALIZER);
        break;
      case 'delete':
        this.api.delete(manifest, this.options.propagates ? propagationOf(object) : undefined);
        this.retry(object);
        break;
      case 'wait':
        this.retry(object);
        break;
      case 'miss':
        this.fail(object, 'observe failed: external resource does not exist');
        break;
      case 'refused':
        this.fail(object, `observe failed: cannot get desired state: cannot dry run SSA: ${refusal}`, real);
        break;
      case 'observe':
        this.succeed(object, real, true);
        break;
      case 'create':
      case 'update':
        this.write(object, manifest, real);
        break;
    }
  }

  /** What the API server has against a manifest; it is asked once for each. */
  private findRefusal(object: JsonObject, manifest: JsonObject): string | undefined {
    const key = keyOf(object);
    if (this.valid.get(key) === manifest) return undefined;
    const refusal = refusalOf(() => this.api.apply(manifest, this.applied.get(key), true));
    if (refusal === undefined) this.valid.set(key, manifest);
    return refusal;
  }

  /** So that the Object does not go before the real object. */
  private addFinalizer(object: JsonObject): void {
    const current = this.api.get(object) ?? object;
    if (!isBeingDeleted(current)) this.api.put(withMetadata(current, { finalizers: [PROVIDER_FINALIZER] }));
  }

  private write(object: JsonObject, manifest: JsonObject, real: JsonObject | undefined): void {
    const key = keyOf(object);
    const refusal =
      this.forbidden.get(String(manifest['kind'])) ??
      refuseBinding(this.api, manifest) ??
      refusalOf(() => this.api.apply(manifest, this.applied.get(key)));
    const [verb, what] = real === undefined ? ['create', 'cannot create object'] : ['update', 'cannot apply object'];
    if (refusal !== undefined) {
      this.fail(object, `${verb} failed: ${what}: ${refusal}`, real);
      return;
    }
    this.applied.set(key, manifest);
    if (real !== undefined) this.succeed(object, this.api.get(manifest), false);
    else this.annotate(object, { [CREATED_AT]: this.clock.timestamp() });
  }

  /** Which makes it look at the Object again. */
  private annotate(object: JsonObject, annotations: JsonObject): void {
    const current = this.api.get(object) ?? object;
    const before = objectAt(current, 'metadata', 'annotations');
    this.api.put(withMetadata(current, { annotations: { ...before, ...annotations } }));
  }

  /** `isUpToDate` decides whether an Object without a readiness of its own is ready; one that was is so for good. */
  private succeed(object: JsonObject, real: JsonObject | undefined, isUpToDate: boolean): void {
    const before = objectAt(object, 'status');
    const query = textAt(object, 'spec', 'readiness', 'celQuery');
    const wasReady = isReady(before);
    const ready = real === undefined ? wasReady : query === undefined ? wasReady || isUpToDate : holds(query, real);
    const atProvider = real === undefined ? objectAt(before, 'atProvider') : { manifest: real };
    const conditions = this.tell(object, ready, '');
    this.tries.delete(keyOf(object));
    this.api.putStatus(object, { ...before, atProvider, conditions });
    this.enqueue(object, ready ? POLL_READY_MS : POLL_MS);
  }

  /** What it saw stands in the status all the same. */
  private fail(object: JsonObject, message: string, real?: JsonObject): void {
    const before = objectAt(object, 'status');
    const seen = real === undefined ? {} : { atProvider: { manifest: real } };
    const conditions = this.tell(object, isReady(before), message);
    this.api.putStatus(object, { ...before, ...seen, conditions });
    this.retry(object);
  }

  private tell(object: JsonObject, ready: boolean, error: string): JsonValue[] {
    const told = [readyCondition(ready), { ...synced(error), observedGeneration: generationOf(object) }];
    return setConditions(listAt(object, 'status', 'conditions'), told, this.clock.timestamp());
  }

  /** Twice as late each time. */
  private retry(object: JsonObject): void {
    const tries = this.tries.get(keyOf(object)) ?? 0;
    this.tries.set(keyOf(object), tries + 1);
    this.enqueue(object, Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** tries));
  }
}

/** What is to be done about an Object whose real object is as given. */
function decide(object: JsonObject, manifest: JsonObject, real: JsonObject | undefined, now: number): Step {
  const policies = listAt(object, 'spec', 'managementPolicies');
  const may = (action: string): boolean => policies.length === 0 || policies.includes('*') || policies.includes(action);
  if (isBeingDeleted(object) && !may('Delete')) return 'release';
  if (real === undefined) {
    if (policies.length === 1 && policies[0] === 'Observe') return 'miss';
    const created = Date.parse(textAt(object, 'metadata', 'annotations', CREATED_AT) ?? '');
    if (now < created + CREATION_GRACE_MS) return 'wait';
    if (isBeingDeleted(object)) return 'release';
    return may('Create') ? 'create' : 'observe';
  }
  if (isBeingDeleted(object)) return 'delete';
  return may('Update') && !covers(real, manifest) ? 'update' : 'observe';
}

type Step = 'release' | 'wait' | 'miss' | 'delete' | 'create' | 'update' | 'observe';

const propagationOf = (object: JsonObject): Propagation =>
  (textAt(object, 'spec', 'forProvider', 'deletionPropagationPolicy') as Propagation | undefined) ?? 'Background';

function refusalOf(write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

/** Whether a change is one that the provider reacts to: of what is wanted, not of what it said itself. */
function isTold(before: JsonObject | undefined, after: JsonObject): boolean {
  if (uidOf(before) !== uidOf(after) || isBeingDeleted(before) !== isBeingDeleted(after)) return true;
  const wanted = (object: JsonObject | undefined) =>
    JSON.stringify([valueAt(object, 'metadata', 'generation'), valueAt(object, 'metadata', 'annotations')]);
  return wanted(before) !== wanted(after);
}

const readyCondition = (isSo: boolean): Told => ({
  type: 'Ready',
  status: isSo ? 'True' : 'False',
  reason: isSo ? 'Available' : 'Unavailable',
  message: '',
});

const generationOf = (object: JsonObject): number => Number(valueAt(object, 'metadata', 'generation'));

const isReady = (status: JsonObject): boolean =>
  listAt(status, 'conditions').some((item) => textAt(item, 'type') === 'Ready' && textAt(item, 'status') === 'True');

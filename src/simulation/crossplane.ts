/**
 * What the model needs of Crossplane, read from its source: it observes through a cache that is behind, calls the
 * function until its requirements are stable, collects what is no longer desired, applies what is, writes the status,
 * and does it again when the composite or an Object changes or the TTL is over. Functions are not called for a composite
 * that is being deleted. The garbage collector deletes its Objects: a claim's composite goes when they are gone, a namespaced
 * one, which kubectl deletes in the background, before them.
 *
 * Not modelled: claims as resources of their own, packages, revisions, the watch circuit breaker, a composite older than
 * what Crossplane itself wrote to it, lists of required resources that are late, conflicts, what changes within one
 * reconcile.
 */
import { nameOf } from '../api/composite.ts';
import { type Request, type Selector, selects } from '../function/request.ts';
import type { Composed, Condition, Response } from '../function/response.ts';
import { composeInRounds } from '../function/rounds.ts';
import { type JsonObject, listAt, objectAt, textAt } from '../kube/json.ts';
import { RESOURCE_NAME } from '../kube/labels.ts';
import { CLAIMS, variantOf } from '../kube/variant.ts';
import { type ApiServer, finalizersOf, isBeingDeleted, isOwnedBy, keyOf, uidOf, withMetadata } from './apiserver.ts';
import type { Clock } from './clock.ts';

export interface CrossplaneOptions {
  /** The function. */
  compose: (request: Request) => Response;
  input: JsonObject | undefined;
  /** How far behind an Object that is observed may be. */
  lagMs: () => number;
  /** In which order composed resources are applied. */
  shuffle: <T>(items: T[]) => T[];
}

const CACHE_MS = 20;
const RECONCILE_MS = 20;
const RETRY_MS = 5_000;

const FINALIZER = 'composite.apiextensions.crossplane.io';
const FOREGROUND = 'foregroundDeletion';

/** Crossplane until it has noticed its deletion, and behind a claim the garbage collector until its Objects are gone. */
export const finalizersOfComposite = (composite: JsonObject): string[] =>
  variantOf(composite) === CLAIMS ? [FINALIZER, FOREGROUND] : [FINALIZER];

/** What the API server adds to an Object that does not say it. */
const OBJECT_DEFAULTS = { managementPolicies: ['*'], deletionPolicy: 'Delete', watch: false };

export class Crossplane {
  private readonly clock: Clock;
  private readonly api: ApiServer;
  private readonly options: CrossplaneOptions;
  private readonly composite: JsonObject;
  private readonly cache = new Map<string, JsonObject>();
  private due: number | undefined;
  private stopped = false;
  /** What was required last time is sent along with the first call. */
  private requirements: Record<string, Selector> = {};

  constructor(clock: Clock, api: ApiServer, composite: JsonObject, options: CrossplaneOptions) {
    this.clock = clock;
    this.api = api;
    this.composite = composite;
    this.options = options;
    api.watch(({ before, after }) => {
      const resource = after ?? before ?? {};
      const isComposite = keyOf(resource) === keyOf(composite);
      if (!isComposite && resource['kind'] !== 'Object') return;
      this.collectGarbage();
      clock.after(isComposite ? CACHE_MS : options.lagMs(), () => this.notice(resource));
    });
  }

  stop(): void {
    this.stopped = true;
  }

  /** It lists everything when it starts. */
  start(): void {
    this.stopped = false;
    this.cache.clear();
    this.due = undefined;
    this.enqueue(RECONCILE_MS);
  }

  /** The cache never goes back, so it is given what is there by now. */
  private notice(resource: JsonObject): void {
    const current = this.api.get(resource);
    if (current === undefined) this.cache.delete(keyOf(resource));
    else this.cache.set(keyOf(resource), current);
    this.enqueue(RECONCILE_MS);
  }

  private enqueue(delay: number): void {
    const at = this.clock.now + delay;
    if (this.due !== undefined && this.due <= at) return;
    this.due = at;
    this.clock.after(delay, () => {
      if (this.due !== at) return;
      this.due = undefined;
      if (!this.stopped) this.reconcile();
    });
  }

  /** What is not cached yet is asked of the API server. */
  private observe(resource: JsonObject): JsonObject | undefined {
    return this.cache.get(keyOf(resource)) ?? this.api.get(resource);
  }

  private reconcile(): void {
    const composite = this.observe(this.composite);
    if (composite === undefined) return;
    if (isBeingDeleted(composite)) {
      this.api.removeFinalizer(composite, FINALIZER);
      return;
    }
    const observed = new Map<string, JsonObject>();
    for (const reference of listAt(composite, 'spec', 'resourceRefs')) {
      const object = this.observe(toReference(reference, composite));
      const key = textAt(object, 'metadata', 'annotations', RESOURCE_NAME);
      if (object !== undefined && key !== undefined) observed.set(key, object);
    }
    const response = this.call(composite, observed);
    if (response.kind === 'composed') this.realise(response, composite, observed);
    this.enqueue(response.kind === 'composed' ? response.ttlSeconds * 1000 : RETRY_MS);
  }

  /** In Crossplane's order: first what has to go, then what is to be, then the status. */
  private realise(response: Composed, composite: JsonObject, observed: Map<string, JsonObject>): void {
    for (const [key, object] of observed) if (!response.resources.has(key)) this.api.delete(object);
    const desired = [...response.resources].map(([key, { resource }]) => withOwner(key, resource, composite));
    const resourceRefs = desired.map((resource) => ({
      apiVersion: resource['apiVersion'] ?? '',
      kind: resource['kind'] ?? '',
      name: nameOf(resource),
    }));
    const current = this.api.get(composite) ?? composite;
    this.api.put({ ...current, spec: { ...objectAt(current, 'spec'), resourceRefs } });
    for (const resource of this.options.shuffle(desired)) this.apply(resource);
    this.writeStatus(response);
  }

  private call(composite: JsonObject, observed: Map<string, JsonObject>): Response {
    const { compose, input } = this.options;
    const fetch = (selector: Selector): JsonObject[] =>
      this.api.list(selector.kind).filter((resource) => selects(selector, resource));
    const now = new Date(this.clock.now);
    const response = composeInRounds(compose, { composite, observed, input, now }, fetch, this.requirements);
    if (response.kind === 'composed') this.requirements = response.requirements;
    return response;
  }

  /** Owns the fields that are given; what the provider and the API server wrote stays. */
  private apply(resource: JsonObject): void {
    const before = this.api.get(resource);
    const annotations = { ...objectAt(before, 'metadata', 'annotations'), ...objectAt(resource, 'metadata', 'annotations') };
    this.api.put({
      ...resource,
      metadata: { ...objectAt(before, 'metadata'), ...objectAt(resource, 'metadata'), annotations },
      spec: { ...OBJECT_DEFAULTS, ...objectAt(resource, 'spec') },
      ...(before?.['status'] !== undefined && { status: before['status'] }),
    });
  }

  private writeStatus({ status, conditions, ready }: Composed): void {
    const before = this.api.get(this.composite);
    const listed = listAt(before, 'status', 'conditions');
    const crossplanes: Condition[] = [
      { type: 'Ready', status: ready ? 'True' : 'False', reason: ready ? 'Available' : 'Creating', message: '' },
      { type: 'Synced', status: 'True', reason: 'ReconcileSuccess', message: '' },
    ];
    const written = [...conditions, ...crossplanes].map((condition) => {
      const old = listed.find((item) => textAt(item, 'type') === condition.type);
      const since = textAt(old, 'status') === condition.status ? textAt(old, 'lastTransitionTime') : undefined;
      return { ...condition, lastTransitionTime: since ?? this.clock.timestamp() };
    });
    this.api.putStatus(this.composite, { ...(status as JsonObject), conditions: written });
  }

  /** What a composite owns goes with it: before it when it is deleted in the foreground, else after it. */
  private collectGarbage(): void {
    const composite = this.api.get(this.composite);
    const isLeaving = isBeingDeleted(composite) && finalizersOf(composite).includes(FOREGROUND);
    const kept = isLeaving ? '' : uidOf(composite);
    const garbage = this.api.list('Object').filter((object) => !isOwnedBy(object, kept));
    for (const object of garbage) this.api.delete(object);
    if (composite !== undefined && isLeaving && garbage.length === 0) this.api.removeFinalizer(composite, FOREGROUND);
  }
}

/** A namespaced composite refers to what is in its namespace. */
const toReference = (reference: unknown, composite: JsonObject): JsonObject => ({
  kind: textAt(reference, 'kind') ?? '',
  metadata: { name: textAt(reference, 'name') ?? '', ...namespaceOf(composite) },
});

function namespaceOf(composite: JsonObject): JsonObject {
  const namespace = textAt(composite, 'metadata', 'namespace');
  return namespace === undefined ? {} : { namespace };
}

/** Names are derived from the uid, so that the same resource has the same name whatever was observed. */
function withOwner(key: string, resource: JsonObject, composite: JsonObject): JsonObject {
  const owner = { kind: String(composite['kind']), name: nameOf(composite), uid: uidOf(composite), controller: true };
  const annotations = { ...objectAt(resource, 'metadata', 'annotations'), [RESOURCE_NAME]: key };
  const name = `${nameOf(composite)}-${uidOf(composite)}-${key}`;
  return withMetadata(resource, { name, annotations, ownerReferences: [owner] });
}

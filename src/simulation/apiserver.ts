/**
 * What the model needs of a Kubernetes API server: resources with uid, generation, resourceVersion, finalizers and graceful
 * deletion with its propagation policies, watchers that are told of every change, and what refuses a write. A write that
 * changes nothing is none.
 *
 * Not modelled: owners of fields (apply knows what it applied before because it is told), versions of an API, authentication.
 */
import { equal, type JsonObject, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';
import { applied } from './apply.ts';
import type { Clock } from './clock.ts';

export interface Change {
  /** Absent for what was just created. */
  before?: JsonObject;
  /** Absent for what is gone. */
  after?: JsonObject;
}

/** Why a write is refused: 403, 409, 422. */
export type Reason = 'Forbidden' | 'Conflict' | 'Invalid';

export class Refused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Sees what is created, or is asked for otherwise, before it is stored: returns it, changed or not, or throws Refused. */
export type Admission = (after: JsonObject, before: JsonObject | undefined) => JsonObject;

export type Propagation = 'Orphan' | 'Background' | 'Foreground';

/** Dependents first, and dependents left alone: what the garbage collector has to do before a resource goes. */
export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** Kind, namespace and name. */
export const keyOf = (resource: unknown): string =>
  `${textAt(resource, 'kind')}/${textAt(resource, 'metadata', 'namespace') ?? ''}/${textAt(resource, 'metadata', 'name')}`;

export const isBeingDeleted = (resource: unknown): boolean => textAt(resource, 'metadata', 'deletionTimestamp') !== undefined;

export const finalizersOf = (resource: unknown): string[] => listAt(resource, 'metadata', 'finalizers') as string[];

export const uidOf = (resource: unknown): string => textAt(resource, 'metadata', 'uid') ?? '';

export const versionOf = (resource: unknown): string => textAt(resource, 'metadata', 'resourceVersion') ?? '';

export const isOwnedBy = (resource: JsonObject, uid: string): boolean =>
  listAt(resource, 'metadata', 'ownerReferences').some((owner) => textAt(owner, 'uid') === uid);

export const withMetadata = (resource: JsonObject, metadata: JsonObject): JsonObject => ({
  ...resource,
  metadata: { ...objectAt(resource, 'metadata'), ...metadata },
});

/** What of metadata only the server writes. */
const KEPT = ['uid', 'creationTimestamp', 'deletionTimestamp', 'generation', 'resourceVersion'];

export class ApiServer {
  private readonly clock: Clock;
  private readonly resources = new Map<string, JsonObject>();
  private readonly kinds = new Map<unknown, Map<string, JsonObject>>();
  private readonly watchers: ((change: Change) => void)[] = [];
  private readonly admissions: Admission[] = [];
  private created = 0;
  private version = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  watch(watcher: (change: Change) => void): void {
    this.watchers.push(watcher);
  }

  /** As an admission webhook or a validation of Kubernetes' own: every admission is asked, in this order. */
  admit(admission: Admission): void {
    this.admissions.push(admission);
  }

  /** The resource with kind, namespace and name of the given one. */
  get(resource: unknown): JsonObject | undefined {
    return this.resources.get(keyOf(resource));
  }

  all(): JsonObject[] {
    return [...this.resources.values()];
  }

  list(kind: string): JsonObject[] {
    return [...this.ofKind(kind).values()];
  }

  private ofKind(kind: unknown): Map<string, JsonObject> {
    const known = this.kinds.get(kind) ?? new Map<string, JsonObject>();
    this.kinds.set(kind, known);
    return known;
  }

  /** Creates or replaces; what the server itself keeps stays. The last finalizer to go takes a deleted resource along. */
  put(resource: JsonObject): void {
    const before = this.get(resource);
    if (before === undefined) this.create(resource);
    else this.replace(before, resource);
  }

  /** Replaces what is still as it was read. */
  update(resource: JsonObject): void {
    const before = this.get(resource);
    if (before === undefined) return;
    if (versionOf(before) !== versionOf(resource)) refuseOld(resource);
    this.replace(before, resource);
  }

  /**
   * Server-side apply: what is given wins, what was applied `last` and is not given any more goes, and the rest stays. One
   * that tells its uid or its resourceVersion means this one resource, and as it is. A dry run only tells whether it would be refused.
   */
  apply(resource: JsonObject, last: JsonObject = {}, dryRun = false): void {
    const before = this.get(resource);
    const uid = uidOf(resource);
    if (uid !== '' && uid !== uidOf(before)) {
      throw new Refused('Conflict', `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(before)}`);
    }
    if (before !== undefined && versionOf(resource) !== '' && versionOf(resource) !== versionOf(before)) refuseOld(resource);
    const after = applied(before ?? {}, resource, last);
    if (dryRun) this.admitted(after, before);
    else this.put(after);
  }

  private admitted(resource: JsonObject, before: JsonObject | undefined): JsonObject {
    return this.admissions.reduce((after, admission) => admission(after, before), resource);
  }

  private create(resource: JsonObject): void {
    this.created += 1;
    const uid = uidOf(resource) || `uid-${this.created}`;
    const metadata = { uid, creationTimestamp: this.clock.timestamp(), generation: 1 };
    this.store({}, this.admitted(withMetadata(resource, metadata), undefined));
  }

  private replace(before: JsonObject, resource: JsonObject): void {
    const kept = Object.entries(objectAt(before, 'metadata')).filter(([field]) => KEPT.includes(field));
    const after = withMetadata(resource, Object.fromEntries(kept));
    if (equal(before, after)) return;
    if (isBeingDeleted(after) && finalizersOf(after).length === 0) this.remove(before);
    else if (equal(askedFor(before), askedFor(after))) this.store({ before }, after);
    else this.store({ before }, withMetadata(this.admitted(after, before), { generation: generationOf(before) + 1 }));
  }

  /** Replaces the status and nothing else. */
  putStatus(resource: JsonObject, status: JsonObject): void {
    const current = this.get(resource);
    if (current !== undefined) this.put({ ...current, status });
  }

  /** At once when nothing holds the resource, else as soon as its last finalizer goes. */
  delete(resource: JsonObject, propagation?: Propagation): void {
    const before = this.get(resource);
    if (before === undefined || (isBeingDeleted(before) && propagation === undefined)) return;
    const finalizers = finalizersAtDeletion(before, propagation);
    if (finalizers.length === 0) this.remove(before);
    else if (isBeingDeleted(before)) this.put(withMetadata(before, { finalizers }));
    else {
      const generation = generationOf(before) + 1;
      this.store({ before }, withMetadata(before, { finalizers, deletionTimestamp: this.clock.timestamp(), generation }));
    }
  }

  removeFinalizer(resource: JsonObject, finalizer: string): void {
    const current = this.get(resource);
    if (current === undefined) return;
    this.put(withMetadata(current, { finalizers: finalizersOf(current).filter((name) => name !== finalizer) }));
  }

  private store(change: Change, resource: JsonObject): void {
    this.version += 1;
    const after = withMetadata(resource, { resourceVersion: String(this.version) });
    this.resources.set(keyOf(after), after);
    this.ofKind(after['kind']).set(keyOf(after), after);
    this.tell({ ...change, after });
  }

  private remove(before: JsonObject): void {
    this.resources.delete(keyOf(before));
    this.ofKind(before['kind']).delete(keyOf(before));
    this.tell({ before });
  }

  private tell(change: Change): void {
    for (const watcher of this.watchers) watcher(change);
  }
}

function refuseOld(resource: JsonObject): never {
  throw new Refused('Conflict', `${keyOf(resource)}: the object has been modified; please apply your changes to the latest`);
}

/** A resource but for what is said of it. */
function askedFor({ metadata: _, status: __, ...rest }: JsonObject): JsonObject {
  return rest;
}

const generationOf = (resource: JsonObject): number => Number(valueAt(resource, 'metadata', 'generation'));

/**
 * The garbage collector's finalizers of a resource that is deleted, and the others: an explicit policy wins over what the
 * resource itself says, and that over the default, which for a Job of batch/v1 is Orphan.
 */
function finalizersAtDeletion(resource: JsonObject, propagation: Propagation | undefined): string[] {
  const finalizers = finalizersOf(resource);
  if (propagation === undefined && (finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN))) return finalizers;
  const policy = propagation ?? (resource['kind'] === 'Job' ? 'Orphan' : 'Background');
  const others = finalizers.filter((name) => name !== FOREGROUND && name !== ORPHAN);
  if (policy === 'Orphan') return [...others, ORPHAN];
  return policy === 'Foreground' ? [...others, FOREGROUND] : others;
}

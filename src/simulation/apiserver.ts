/**
 * What the model needs of a Kubernetes API server: resources with uid, generation, finalizers and graceful deletion,
 * and watchers that are told of every change. A write that changes nothing is none.
 */
import { equal, type JsonObject, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';
import type { Clock } from './clock.ts';

export interface Change {
  /** Absent for what was just created. */
  before?: JsonObject;
  /** Absent for what is gone. */
  after?: JsonObject;
}

/** Kind, namespace and name. */
export const keyOf = (resource: unknown): string =>
  [textAt(resource, 'kind'), textAt(resource, 'metadata', 'namespace') ?? '', textAt(resource, 'metadata', 'name')].join('/');

export const isBeingDeleted = (resource: unknown): boolean => textAt(resource, 'metadata', 'deletionTimestamp') !== undefined;

export const finalizersOf = (resource: unknown): string[] => listAt(resource, 'metadata', 'finalizers') as string[];

export const uidOf = (resource: unknown): string => textAt(resource, 'metadata', 'uid') ?? '';

export const isOwnedBy = (resource: JsonObject, uid: string): boolean =>
  listAt(resource, 'metadata', 'ownerReferences').some((owner) => textAt(owner, 'uid') === uid);

export const withMetadata = (resource: JsonObject, metadata: JsonObject): JsonObject => ({
  ...resource,
  metadata: { ...objectAt(resource, 'metadata'), ...metadata },
});

/** What of metadata only the server writes. */
const KEPT = ['uid', 'creationTimestamp', 'deletionTimestamp', 'generation'];

export class ApiServer {
  private readonly clock: Clock;
  private readonly resources = new Map<string, JsonObject>();
  private readonly watchers: ((change: Change) => void)[] = [];
  private created = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  watch(watcher: (change: Change) => void): void {
    this.watchers.push(watcher);
  }

  /** The resource with kind, namespace and name of the given one. */
  get(resource: unknown): JsonObject | undefined {
    return this.resources.get(keyOf(resource));
  }

  all(): JsonObject[] {
    return [...this.resources.values()];
  }

  list(kind: string): JsonObject[] {
    return this.all().filter((resource) => resource['kind'] === kind);
  }

  /** Creates or replaces; what the server itself keeps stays. The last finalizer to go takes a deleted resource along. */
  put(resource: JsonObject): void {
    const before = this.get(resource);
    if (before === undefined) this.create(resource);
    else this.replace(before, resource);
  }

  private create(resource: JsonObject): void {
    this.created += 1;
    const uid = uidOf(resource) || `uid-${this.created}`;
    this.store({}, withMetadata(resource, { uid, creationTimestamp: this.clock.timestamp(), generation: 1 }));
  }

  private replace(before: JsonObject, resource: JsonObject): void {
    const kept = Object.entries(objectAt(before, 'metadata')).filter(([field]) => KEPT.includes(field));
    const after = withMetadata(resource, Object.fromEntries(kept));
    const generation = Number(valueAt(before, 'metadata', 'generation'));
    if (equal(before, after)) return;
    if (isBeingDeleted(after) && finalizersOf(after).length === 0) this.remove(before);
    else if (equal(before['spec'] ?? null, after['spec'] ?? null)) this.store({ before }, after);
    else this.store({ before }, withMetadata(after, { generation: generation + 1 }));
  }

  /** Replaces the status and nothing else. */
  putStatus(resource: JsonObject, status: JsonObject): void {
    const current = this.get(resource);
    if (current !== undefined) this.put({ ...current, status });
  }

  /** At once when nothing holds the resource, else as soon as its last finalizer goes. */
  delete(resource: JsonObject): void {
    const before = this.get(resource);
    if (before === undefined || isBeingDeleted(before)) return;
    if (finalizersOf(before).length === 0) this.remove(before);
    else {
      const generation = Number(valueAt(before, 'metadata', 'generation')) + 1;
      this.store({ before }, withMetadata(before, { deletionTimestamp: this.clock.timestamp(), generation }));
    }
  }

  removeFinalizer(resource: JsonObject, finalizer: string): void {
    const current = this.get(resource);
    if (current === undefined) return;
    this.put(withMetadata(current, { finalizers: finalizersOf(current).filter((name) => name !== finalizer) }));
  }

  private store(change: Change, after: JsonObject): void {
    this.resources.set(keyOf(after), after);
    this.tell({ ...change, after });
  }

  private remove(before: JsonObject): void {
    this.resources.delete(keyOf(before));
    this.tell({ before });
  }

  private tell(change: Change): void {
    for (const watcher of this.watchers) watcher(change);
  }
}

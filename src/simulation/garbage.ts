/**
 * The garbage collector for what composites own: what they are composed of goes with them, before a composite that is deleted in the
 * foreground, else after it. What is itself deleted in the foreground waits for the collector, and for the Jobs that it owns: those go too,
 * but for one that has another owner, which is only told that it has lost one. It is told of everything at once; the Pods of Jobs and
 * Deployments stand in cluster.ts.
 */
import { RESOURCE_NAME } from '../api/labels.ts';
import { type JsonObject, listAt, textAt } from '../kube/json.ts';
import { type ApiServer, FOREGROUND, finalizersOf, isBeingDeleted, isOwnedBy, keyOf, uidOf, withMetadata } from './apiserver.ts';

export class GarbageCollector {
  private readonly api: ApiServer;
  private readonly composites: JsonObject[];
  private readonly composed = new Map<string, JsonObject>();
  /** What is deleted in the foreground, composites and what runs Pods aside, by key. */
  private readonly leaving = new Map<string, JsonObject>();
  private stopped = false;

  constructor(api: ApiServer, composites: JsonObject[]) {
    this.api = api;
    this.composites = composites;
    const keys = new Set(composites.map(keyOf));
    api.watch(({ before, after }) => {
      const resource = after ?? before ?? {};
      if (after === undefined) this.composed.delete(keyOf(resource));
      else if (isComposed(after)) this.composed.set(keyOf(after), after);
      const isRelevant = isComposed(resource) || keys.has(keyOf(resource));
      if (after !== undefined && !keys.has(keyOf(after)) && isLeaving(after)) this.leaving.set(keyOf(after), after);
      else this.leaving.delete(keyOf(resource));
      if (isRelevant || this.leaving.size > 0) this.collect();
    });
  }

  stop(): void {
    this.stopped = true;
  }

  start(): void {
    this.stopped = false;
    this.collect();
  }

  private collect(): void {
    if (this.stopped) return;
    const living = this.composites.map((composite) => this.api.get(composite)).filter((found) => found !== undefined);
    const isGoing = (composite: JsonObject) => isBeingDeleted(composite) && finalizersOf(composite).includes(FOREGROUND);
    const kept = new Set(living.filter((composite) => !isGoing(composite)).map(uidOf));
    const isKept = (object: JsonObject) =>
      listAt(object, 'metadata', 'ownerReferences').some((owner) => kept.has(textAt(owner, 'uid') ?? ''));
    const composed = [...this.composed.values()];
    for (const resource of this.leaving.values()) this.release(resource, kept);
    const garbage = composed.filter((resource) => !isKept(resource));
    for (const resource of garbage)
      this.api.delete(resource, finalizersOf(resource).includes(FOREGROUND) ? undefined : 'Background');
    for (const composite of living.filter(isGoing)) {
      if (!garbage.some((object) => isOwnedBy(object, uidOf(composite)))) this.api.removeFinalizer(composite, FOREGROUND);
    }
  }

  private release(owner: JsonObject, kept: ReadonlySet<string>): void {
    const owned = this.api.list('Job').filter((job) => isOwnedBy(job, uidOf(owner)));
    for (const job of owned.filter((one) => !isBeingDeleted(one))) {
      const others = listAt(job, 'metadata', 'ownerReferences').filter((one) => textAt(one, 'uid') !== uidOf(owner));
      const isOthers = others.some((one) => kept.has(textAt(one, 'uid') ?? ''));
      if (isOthers) this.api.put(withMetadata(job, { ownerReferences: others }));
      else this.api.delete(job, 'Foreground');
    }
    if (!this.api.list('Job').some((job) => isOwnedBy(job, uidOf(owner)))) this.api.removeFinalizer(owner, FOREGROUND);
  }
}

const isComposed = (resource: JsonObject): boolean => textAt(resource, 'metadata', 'annotations', RESOURCE_NAME) !== undefined;

/** In the foreground, unless it runs Pods. */
const isLeaving = (resource: JsonObject): boolean =>
  isBeingDeleted(resource) &&
  finalizersOf(resource).includes(FOREGROUND) &&
  !['Job', 'Deployment'].includes(String(resource['kind']));

/**
 * The garbage collector for what composites own: what they are composed of goes with them, before a composite that is deleted in the
 * foreground, else after it. What is itself deleted in the foreground, and owns nothing, waits for the collector to let it go. It is told
 * of everything at once; the Pods of Jobs and Deployments stand in cluster.ts.
 */
import { RESOURCE_NAME } from '../api/labels.ts';
import { type JsonObject, listAt, textAt } from '../kube/json.ts';
import { type ApiServer, FOREGROUND, finalizersOf, isBeingDeleted, isOwnedBy, keyOf, uidOf } from './apiserver.ts';

export class GarbageCollector {
  private readonly api: ApiServer;
  private readonly composites: JsonObject[];
  private readonly composed = new Map<string, JsonObject>();
  private stopped = false;

  constructor(api: ApiServer, composites: JsonObject[]) {
    this.api = api;
    this.composites = composites;
    const keys = new Set(composites.map(keyOf));
    api.watch(({ before, after }) => {
      const resource = after ?? before ?? {};
      if (after === undefined) this.composed.delete(keyOf(resource));
      else if (isComposed(after)) this.composed.set(keyOf(after), after);
      if (isComposed(resource) || keys.has(keyOf(resource))) this.collect();
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
    const isLeaving = (composite: JsonObject) => isBeingDeleted(composite) && finalizersOf(composite).includes(FOREGROUND);
    const kept = new Set(living.filter((composite) => !isLeaving(composite)).map(uidOf));
    const isKept = (object: JsonObject) =>
      listAt(object, 'metadata', 'ownerReferences').some((owner) => kept.has(textAt(owner, 'uid') ?? ''));
    const composed = [...this.composed.values()];
    for (const resource of composed.filter(isWithoutDependents)) this.api.removeFinalizer(resource, FOREGROUND);
    const garbage = composed.filter((resource) => !isKept(resource));
    for (const resource of garbage)
      this.api.delete(resource, finalizersOf(resource).includes(FOREGROUND) ? undefined : 'Background');
    for (const composite of living.filter(isLeaving)) {
      if (!garbage.some((object) => isOwnedBy(object, uidOf(composite)))) this.api.removeFinalizer(composite, FOREGROUND);
    }
  }
}

const isComposed = (resource: JsonObject): boolean => textAt(resource, 'metadata', 'annotations', RESOURCE_NAME) !== undefined;

const isWithoutDependents = (resource: JsonObject): boolean =>
  isBeingDeleted(resource) &&
  finalizersOf(resource).includes(FOREGROUND) &&
  !['Job', 'Deployment'].includes(String(resource['kind']));

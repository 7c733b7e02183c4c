/**
 * The garbage collector for what composites own: their Objects go with them, before a composite that is deleted in the
 * foreground, else after it. It is told of everything at once; the Pods of Jobs and Deployments stand in cluster.ts.
 */
import { type JsonObject, listAt, textAt } from '../kube/json.ts';
import { type ApiServer, FOREGROUND, finalizersOf, isBeingDeleted, isOwnedBy, keyOf, uidOf } from './apiserver.ts';

export class GarbageCollector {
  private readonly api: ApiServer;
  private readonly composites: JsonObject[];

  constructor(api: ApiServer, composites: JsonObject[]) {
    this.api = api;
    this.composites = composites;
    const keys = new Set(composites.map(keyOf));
    api.watch(({ before, after }) => {
      const resource = after ?? before ?? {};
      if (resource['kind'] === 'Object' || keys.has(keyOf(resource))) this.collect();
    });
  }

  private collect(): void {
    const living = this.composites.map((composite) => this.api.get(composite)).filter((found) => found !== undefined);
    const isLeaving = (composite: JsonObject) => isBeingDeleted(composite) && finalizersOf(composite).includes(FOREGROUND);
    const kept = new Set(living.filter((composite) => !isLeaving(composite)).map(uidOf));
    const isKept = (object: JsonObject) =>
      listAt(object, 'metadata', 'ownerReferences').some((owner) => kept.has(textAt(owner, 'uid') ?? ''));
    const garbage = this.api.list('Object').filter((object) => !isKept(object));
    for (const object of garbage) this.api.delete(object);
    for (const composite of living.filter(isLeaving)) {
      if (!garbage.some((object) => isOwnedBy(object, uidOf(composite)))) this.api.removeFinalizer(composite, FOREGROUND);
    }
  }
}

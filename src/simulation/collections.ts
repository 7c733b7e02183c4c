/**
 * The ObservedObjectCollections of provider-kubernetes: each lists once what its selector finds when it is made, and an observe-only Object
 * is made of each, which goes with it. Not modelled: a list again after ten minutes or a change.
 */

import { nameOf } from '../api/composite.ts';
import { CLAIMS, NAMESPACED } from '../api/kinds.ts';
import { selects } from '../call/request.ts';
import { type JsonObject, objectAt } from '../kube/json.ts';
import { type ApiServer, isBeingDeleted, isOwnedBy, uidOf } from './apiserver.ts';
import { namespaceOf } from './composed.ts';

export const COLLECTION = 'ObservedObjectCollection';

export class Collections {
  private readonly api: ApiServer;
  private readonly listed = new Set<string>();

  constructor(api: ApiServer) {
    this.api = api;
  }

  /** Lists for a collection that was not listed for yet. */
  list(collection: JsonObject): void {
    const current = this.api.get(collection);
    if (current === undefined || isBeingDeleted(current) || this.listed.has(uidOf(current))) return;
    this.listed.add(uidOf(current));
    const { apiVersion, kind, namespace } = objectAt(current, 'spec', 'observeObjects');
    const matchLabels = objectAt(current, 'spec', 'observeObjects', 'selector', 'matchLabels') as Record<string, string>;
    const selector = { apiVersion: String(apiVersion), kind: String(kind), matchLabels, namespace: String(namespace) };
    for (const found of this.api.list(String(kind)).filter((item) => selects(selector, item))) this.observe(current, found);
  }

  /** The garbage collector deletes what is owned by one that is gone. */
  drop(collection: JsonObject): void {
    for (const member of this.api.list('Object').filter((object) => isOwnedBy(object, uidOf(collection))))
      this.api.delete(member);
  }

  private observe(collection: JsonObject, found: JsonObject): void {
    const { kind, apiVersion } = found;
    const owner = { kind: COLLECTION, name: nameOf(collection), uid: uidOf(collection) };
    this.api.put({
      apiVersion: (Object.keys(namespaceOf(collection)).length > 0 ? NAMESPACED : CLAIMS).objects.apiVersion,
      kind: 'Object',
      metadata: {
        name: `${nameOf(collection)}-${nameOf(found)}`,
        ...namespaceOf(collection),
        labels: objectAt(collection, 'spec', 'objectTemplate', 'metadata', 'labels'),
        ownerReferences: [owner],
      },
      spec: {
        managementPolicies: ['Observe'],
        forProvider: {
          manifest: { apiVersion: apiVersion ?? '', kind: kind ?? '', metadata: { name: nameOf(found), ...namespaceOf(found) } },
        },
      },
    });
  }
}

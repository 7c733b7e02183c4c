/** How Crossplane marks what it composes, and how a composite refers to it. */
import { nameOf } from '../api/composite.ts';
import { RESOURCE_NAME } from '../api/labels.ts';
import { isObject, type JsonObject, listAt, objectAt, pick, textAt } from '../kube/json.ts';
import { uidOf, withMetadata } from './apiserver.ts';

/** On every composed resource. */
const COMPOSITE = 'crossplane.io/composite';

/** A namespaced composite refers to what is in its namespace. */
export const toReference = (reference: unknown, composite: JsonObject): JsonObject => ({
  kind: textAt(reference, 'kind') ?? '',
  metadata: {
    name: textAt(reference, 'name') ?? '',
    ...pick(isObject(reference) ? reference : {}, ['namespace']),
    ...namespaceOf(composite),
  },
});

export function namespaceOf(resource: JsonObject): JsonObject {
  const namespace = textAt(resource, 'metadata', 'namespace');
  return namespace === undefined ? {} : { namespace };
}

/** Names are derived from the uid where none is given, so that the same resource has the same name whatever was observed. */
export function withOwner(key: string, resource: JsonObject, composite: JsonObject): JsonObject {
  const owner = { kind: String(composite['kind']), name: nameOf(composite), uid: uidOf(composite), controller: true };
  const annotations = { ...objectAt(resource, 'metadata', 'annotations'), [RESOURCE_NAME]: key };
  const labels = { ...objectAt(resource, 'metadata', 'labels'), [COMPOSITE]: nameOf(composite) };
  const name = nameOf(resource) || `${nameOf(composite)}-${uidOf(composite)}-${key}`;
  const ownerReferences = [...listAt(resource, 'metadata', 'ownerReferences'), owner];
  return withMetadata(resource, { name, annotations, labels, ownerReferences });
}

/** So that one sees of an Object that is being deleted who deleted it. */
export function withoutLabel(object: JsonObject): JsonObject {
  const { [COMPOSITE]: _, ...labels } = objectAt(object, 'metadata', 'labels');
  return withMetadata(object, { labels });
}

/** What an observed provider-kubernetes Object tells, and how it is asked for again exactly as it is. */
import { readCondition } from '../kube/conditions.ts';
import { isObject, type JsonObject, objectAt, textAt } from '../kube/json.ts';
import { EXTERNAL_NAME, PART, RUN } from '../kube/labels.ts';
import type { ObjectVariant } from './object.ts';

/** The observed resources that this function composed: Objects that carry their own resource name as a label. */
export function ownObjects(observed: ReadonlyMap<string, JsonObject>, variant: ObjectVariant): Map<string, JsonObject> {
  const isOurs = ([key, object]: [string, JsonObject]): boolean =>
    object['kind'] === 'Object' &&
    object['apiVersion'] === variant.apiVersion &&
    textAt(object, 'metadata', 'labels', PART) === key;
  return new Map([...observed].filter(isOurs));
}

/** How far the provider got with an Object. */
export type ObjectState = { kind: 'pending' } | { kind: 'error'; message: string } | { kind: 'applied' } | { kind: 'ready' };

/**
 * `applied` is synced but not ready, as a Job before its end. The message of an error is the provider's own, so that a
 * tenant reads on the claim why an object cannot be made.
 */
export function observeObject(object: JsonObject): ObjectState {
  const synced = readCondition(object, 'Synced');
  if (synced?.status === 'False') return { kind: 'error', message: synced.message };
  if (synced?.status !== 'True') return { kind: 'pending' };
  return { kind: readCondition(object, 'Ready')?.status === 'True' ? 'ready' : 'applied' };
}

/**
 * The Object as it was desired before: only the fields we own, read back from the observed one. Re-applying the
 * observed defaults as well would make us their owner and every apply a write.
 */
export function desireAgain(object: JsonObject): JsonObject {
  const annotations = pick(objectAt(object, 'metadata', 'annotations'), [EXTERNAL_NAME]);
  const labels = pick(objectAt(object, 'metadata', 'labels'), [RUN, PART]);
  const readiness = objectAt(object, 'spec', 'readiness');
  return {
    apiVersion: textAt(object, 'apiVersion') ?? '',
    kind: textAt(object, 'kind') ?? '',
    metadata: { annotations, ...(Object.keys(labels).length > 0 && { labels }) },
    spec: {
      providerConfigRef: pick(objectAt(object, 'spec', 'providerConfigRef'), ['name', 'kind']),
      ...(isObject(readiness) && readiness['celQuery'] !== undefined && { readiness: pick(readiness, ['policy', 'celQuery']) }),
      forProvider: { manifest: objectAt(object, 'spec', 'forProvider', 'manifest') },
    },
  };
}

function pick(from: JsonObject, keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

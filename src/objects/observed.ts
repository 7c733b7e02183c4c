/** What an observed provider-kubernetes Object tells, and how it is asked for again exactly as it is. */

import type { Variant } from '../api/kinds.ts';
import { EXTERNAL_NAME, MODE, PART, PROVIDER_FINALIZER, RUN } from '../api/labels.ts';
import { readCondition } from '../kube/conditions.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';

/** The observed resources that this function composed: Objects that carry their own resource name as a label. */
export function ownObjects(observed: ReadonlyMap<string, JsonObject>, variant: Variant): Map<string, JsonObject> {
  const isOurs = ([key, object]: [string, JsonObject]): boolean =>
    object['kind'] === 'Object' &&
    object['apiVersion'] === variant.objects.apiVersion &&
    textAt(object, 'metadata', 'labels', PART) === key;
  return new Map([...observed].filter(isOurs));
}

/** How far the provider got with an Object. */
export type ObjectState = { kind: 'pending' } | { kind: 'error'; message: string } | { kind: 'applied' } | { kind: 'ready' };

/**
 * pending: the provider has not seen the latest generation. applied: synced but not ready, as a Job before its end. The message of an error
 * is the provider's own, so that a tenant reads on the AgentRun why an object cannot be made.
 */
export function observeObject(object: JsonObject): ObjectState {
  const synced = readCondition(object, 'Synced');
  const generation = Number(valueAt(object, 'metadata', 'generation') ?? Number.NaN);
  if (synced !== undefined && synced.observedGeneration < generation) return { kind: 'pending' };
  if (synced?.status === 'False') return { kind: 'error', message: synced.message };
  if (synced?.status !== 'True') return { kind: 'pending' };
  return { kind: readCondition(object, 'Ready')?.status === 'True' ? 'ready' : 'applied' };
}

/** The real object is withheld: it is not to be made, or not now. The provider may observe and delete it. */
export const WITHHELD = ['Observe', 'Delete'];

/**
 * The real object is never updated. The provider may create it, which Kubernetes refuses for a locked Job (run/lock.ts). So the provider
 * reports of a Job that is gone that it cannot create it; without this right it would report for ever what it observed last.
 */
export const NEVER_UPDATED = ['Observe', 'Create', 'Delete'];

export function isRestricted(object: JsonObject): boolean {
  const policies = listAt(object, 'spec', 'managementPolicies');
  return policies.length > 0 && !policies.includes('*');
}

/** What of an Object is to differ from what it was. */
export interface Changes {
  manifest?: JsonObject;
  /** Default as they were; empty for everything. */
  managementPolicies?: string[];
  watch?: boolean;
}

/**
 * The Object as it was desired before: only the fields we own, read back from the observed one. Re-applying the
 * observed defaults as well would make us their owner and every apply a write.
 */
export function desireAgain(object: JsonObject, changes: Changes = {}): JsonObject {
  const annotations = pick(objectAt(object, 'metadata', 'annotations'), [EXTERNAL_NAME]);
  const namespace = pick(objectAt(object, 'metadata'), ['namespace']);
  const labels = pick(objectAt(object, 'metadata', 'labels'), [RUN, PART, MODE]);
  const finalizers = listAt(object, 'metadata', 'finalizers').filter((finalizer) => finalizer === PROVIDER_FINALIZER);
  const readiness = objectAt(object, 'spec', 'readiness');
  const managementPolicies = changes.managementPolicies ?? listAt(object, 'spec', 'managementPolicies');
  const watch = changes.watch ?? valueAt(object, 'spec', 'watch') === true;
  return {
    apiVersion: textAt(object, 'apiVersion') ?? '',
    kind: textAt(object, 'kind') ?? '',
    metadata: {
      ...namespace,
      annotations,
      ...(finalizers.length > 0 && { finalizers }),
      ...(Object.keys(labels).length > 0 && { labels }),
    },
    spec: {
      providerConfigRef: pick(objectAt(object, 'spec', 'providerConfigRef'), ['name', 'kind']),
      ...(isRestricted({ spec: { managementPolicies } }) && { managementPolicies }),
      ...(readiness['celQuery'] !== undefined && { readiness: pick(readiness, ['policy', 'celQuery']) }),
      ...(watch && { watch }),
      forProvider: {
        manifest: changes.manifest ?? desiredManifest(object),
        // The default of the API server is not ours to own.
        ...(valueAt(object, 'spec', 'forProvider', 'deletionPropagationPolicy') === 'Foreground' && {
          deletionPropagationPolicy: 'Foreground',
        }),
      },
    },
  };
}

/** The real object as it was asked for. */
export const desiredManifest = (object: unknown): JsonObject => objectAt(object, 'spec', 'forProvider', 'manifest');

/** The real object as the provider last saw it. */
export const realManifest = (object: unknown): JsonObject => objectAt(object, 'status', 'atProvider', 'manifest');

function pick(from: JsonObject, keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

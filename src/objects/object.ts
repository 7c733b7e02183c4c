/** The Object of provider-kubernetes as the carrier of a part. */
import type { Variant } from '../api/kinds.ts';
import { EXTERNAL_NAME, MODE, PART, PROVIDER_FINALIZER, RUN } from '../api/labels.ts';
import { readCondition } from '../kube/conditions.ts';
import { type JsonObject, listAt, objectAt, pick, textAt, valueAt } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';
import { type CarriedState, type Carrier, type Changes, HELD, type Permission, type Wrapping } from './carrier.ts';

const OBJECT = 'Object';

/** Whether something carries a part, and is not the part itself. */
export const isObject = ({ kind }: JsonObject): boolean => kind === OBJECT;

/** The management policies of each permission; without any the provider may do everything. */
export const POLICIES: Record<Permission, string[]> = {
  full: [],
  fixed: ['Observe', 'Create', 'Delete'],
  withheld: ['Observe', 'Delete'],
};

/** Objects of the API that a variant uses. */
export const carryByObjects = ({ objects }: Variant): Carrier => ({
  losesStatus: false,
  // One list has the Objects of every kind.
  select: ({ id, namespace }) => ({
    [HELD]: {
      apiVersion: objects.apiVersion,
      kind: OBJECT,
      matchLabels: { [RUN]: id },
      ...(objects.namespaced && { namespace }),
    },
  }),
  refuse: () => undefined,
  wrap: (manifest, config, namespace, wrapping) => wrapManifest(manifest, { objects, config, namespace }, wrapping),
  configOf: (object) => textAt(object, 'spec', 'providerConfigRef', 'name'),
  again: desireAgain,
  // The provider deletes the real object, and only then the Object goes.
  isEmptiedFirst: () => false,
  emptied: () => undefined,
  stateOf: observeObject,
  isAbsent,
  isRestricted,
  desiredOf: desiredManifest,
  realOf: realManifest,
});

/** External name and finalizer are set by us, which saves the provider a write. */
function wrapManifest(
  manifest: Manifest,
  { objects, config, namespace }: Pick<Variant, 'objects'> & { config: string; namespace: string },
  { labels, permission = 'full', isForeground = false, watch = false, readyWhen }: Wrapping,
): JsonObject {
  const { apiVersion, namespaced, providerConfigKind } = objects;
  const managementPolicies = POLICIES[permission];
  return {
    apiVersion,
    kind: OBJECT,
    metadata: {
      ...(namespaced && { namespace }),
      annotations: { [EXTERNAL_NAME]: manifest.metadata.name },
      finalizers: [PROVIDER_FINALIZER],
      ...(labels && { labels }),
    },
    spec: {
      providerConfigRef: { ...(providerConfigKind && { kind: providerConfigKind }), name: config },
      ...(managementPolicies.length > 0 && { managementPolicies }),
      ...(readyWhen && { readiness: { policy: 'DeriveFromCelQuery', celQuery: readyWhen.celQuery } }),
      ...(watch && { watch: true }),
      forProvider: { manifest, ...(isForeground && { deletionPropagationPolicy: 'Foreground' }) },
    },
  };
}

/**
 * The fields we own, read back from the observed Object. Re-applying the observed defaults as well would make us their owner and every
 * apply a write.
 */
function desireAgain(object: JsonObject, changes: Changes = {}): JsonObject {
  const annotations = pick(objectAt(object, 'metadata', 'annotations'), [EXTERNAL_NAME]);
  const namespace = pick(objectAt(object, 'metadata'), ['namespace']);
  const labels = pick(objectAt(object, 'metadata', 'labels'), [RUN, PART, MODE]);
  const finalizers = listAt(object, 'metadata', 'finalizers').filter((finalizer) => finalizer === PROVIDER_FINALIZER);
  const readiness = objectAt(object, 'spec', 'readiness');
  const before = listAt(object, 'spec', 'managementPolicies');
  const managementPolicies = changes.permission === undefined ? before : POLICIES[changes.permission];
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

/** The message of an error is the provider's own, so that a tenant reads on the AgentRun why an object cannot be made. */
function observeObject(object: JsonObject): CarriedState {
  const synced = readCondition(object, 'Synced');
  const generation = Number(valueAt(object, 'metadata', 'generation') ?? Number.NaN);
  if (synced !== undefined && synced.observedGeneration < generation) return { kind: 'pending' };
  if (synced?.status === 'False') return { kind: 'error', message: synced.message };
  if (synced?.status !== 'True') return { kind: 'pending' };
  return { kind: readCondition(object, 'Ready')?.status === 'True' ? 'ready' : 'applied' };
}

/** How provider-kubernetes begins what it says of an object that does not exist and that it could not make. */
const CANNOT_CREATE = 'create failed: cannot create object';

function isAbsent(object: JsonObject): boolean {
  const synced = readCondition(object, 'Synced');
  return synced?.status === 'False' && synced.message.includes(CANNOT_CREATE);
}

function isRestricted(object: JsonObject): boolean {
  const policies = listAt(object, 'spec', 'managementPolicies');
  return policies.length > 0 && !policies.includes('*');
}

export const desiredManifest = (object: unknown): JsonObject => objectAt(object, 'spec', 'forProvider', 'manifest');
export const realManifest = (object: unknown): JsonObject => objectAt(object, 'status', 'atProvider', 'manifest');

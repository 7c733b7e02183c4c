/** From a plain manifest to the provider-kubernetes Object that makes it real. */

import type { Variant } from '../api/kinds.ts';
import { EXTERNAL_NAME, PROVIDER_FINALIZER } from '../api/labels.ts';
import type { JsonObject } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';

export interface ObjectOptions {
  variant: Variant;
  /** Where a namespaced Object lies. */
  namespace: string;
  providerConfigName: string;
  labels?: Record<string, string>;
  /** What the provider may do with the real object. Default everything. */
  managementPolicies?: string[];
  /** Foreground: the real object, and with it the Object, goes only when its Pods have gone. Default the provider's own. */
  deletionPropagationPolicy?: 'Foreground';
  /** Whether the provider looks at once when the real object changes, where it watches. */
  watch?: boolean;
  /** A CEL expression over `object` for when the Object is ready. Default once the manifest is applied. */
  readyWhen?: string;
}

/**
 * The Object of a manifest, with the fields we own and no others: what is re-applied unchanged writes nothing.
 * External name and finalizer are set by us, which saves the provider a write.
 */
export function wrapManifest(manifest: Manifest, options: ObjectOptions): JsonObject {
  const { apiVersion, namespaced, providerConfigKind } = options.variant.objects;
  return {
    apiVersion,
    kind: 'Object',
    metadata: {
      ...(namespaced && { namespace: options.namespace }),
      annotations: { [EXTERNAL_NAME]: manifest.metadata.name },
      finalizers: [PROVIDER_FINALIZER],
      ...(options.labels && { labels: options.labels }),
    },
    spec: {
      providerConfigRef: { ...(providerConfigKind && { kind: providerConfigKind }), name: options.providerConfigName },
      ...(options.managementPolicies && { managementPolicies: options.managementPolicies }),
      ...(options.readyWhen && { readiness: { policy: 'DeriveFromCelQuery', celQuery: options.readyWhen } }),
      ...(options.watch && { watch: true }),
      forProvider: {
        manifest,
        ...(options.deletionPropagationPolicy && { deletionPropagationPolicy: options.deletionPropagationPolicy }),
      },
    },
  };
}

/** From a plain manifest to the provider-kubernetes Object that makes it real. */
import type { JsonObject } from '../kube/json.ts';
import { EXTERNAL_NAME, PROVIDER_FINALIZER } from '../kube/labels.ts';
import type { Manifest } from '../kube/manifest.ts';

/** Which Object API is used, and how it names its provider config. A value, so that no code exists twice. */
export interface ObjectVariant {
  apiVersion: string;
}

/** Cluster-scoped Objects, for composites with claims. */
export const CLUSTER_OBJECTS: ObjectVariant = { apiVersion: 'kubernetes.crossplane.io/v1alpha2' };

export interface ObjectOptions {
  variant: ObjectVariant;
  providerConfigName: string;
  labels?: Record<string, string>;
  /** What the provider may do with the real object. Default everything. */
  managementPolicies?: string[];
  /** Whether the provider looks at once when the real object changes, where it runs with --enable-watches. */
  watch?: boolean;
  /** A CEL expression over `object` for when the Object is ready. Default once the manifest is applied. */
  readyWhen?: string;
}

/**
 * The Object of a manifest, with the fields we own and no others: what is re-applied unchanged writes nothing.
 * External name and finalizer are set by us, which saves the provider a write.
 */
export function wrapManifest(manifest: Manifest, options: ObjectOptions): JsonObject {
  return {
    apiVersion: options.variant.apiVersion,
    kind: 'Object',
    metadata: {
      annotations: { [EXTERNAL_NAME]: manifest.metadata.name },
      finalizers: [PROVIDER_FINALIZER],
      ...(options.labels && { labels: options.labels }),
    },
    spec: {
      providerConfigRef: { name: options.providerConfigName },
      ...(options.managementPolicies && { managementPolicies: options.managementPolicies }),
      ...(options.readyWhen && { readiness: { policy: 'DeriveFromCelQuery', celQuery: options.readyWhen } }),
      ...(options.watch && { watch: true }),
      forProvider: { manifest },
    },
  };
}

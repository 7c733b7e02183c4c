import { type JsonObject, without } from './json.ts';

/** A plain Kubernetes object to be: what the API server will be asked for. */
export interface Manifest extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: JsonObject & { name: string };
}

/**
 * A typed Kubernetes object as plain JSON: keys without a value are left out, and apiVersion, kind and metadata come
 * first. The types come from kubernetes-models, so a misspelt field does not compile.
 */
export function toManifest<T extends object>(
  object: T & { apiVersion: string; kind: string; metadata: { name: string } },
): Manifest {
  const { apiVersion, kind, metadata, ...rest } = object;
  return without(undefined, { apiVersion, kind, metadata, ...rest } as unknown as JsonObject) as Manifest;
}

/**
 * Who reads the Pod of a run, where the platform permits that to anybody. The function itself reads nothing: it asks for what is read.
 *
 * A Pod may be asked for of Crossplane only while the run holds no right: a requirement that Crossplane may not list stalls the composite,
 * its revocation included. The provider makes an Object of what it finds, which Crossplane may list.
 */
import type { Variant } from '../api/kinds.ts';
import { POD_OF, RUN } from '../api/labels.ts';
import type { Settings } from '../api/settings.ts';
import type { Selector } from '../call/request.ts';
import { isObject, type JsonObject, textAt } from '../kube/json.ts';
import type { Carrier } from './carrier.ts';
import { realManifest } from './object.ts';

/** The key under which the Pod of a run is asked for. */
export const POD = 'pod';

/** The resource name of what makes the provider look at it. */
export const PODS = 'agentrun-pods';

type Run = { id: string; namespace: string };

export interface PodReader {
  /** Whether the run may hold rights while it is asked. */
  mayLookEarly: boolean;
  /** How long it may take, in milliseconds. */
  windowMs: number;
  select: (run: Run) => Selector;
  /** What has to be desired for it, by resource name. */
  desire: (run: Run, config: string) => [string, JsonObject][];
  /** The Pods in what was asked for. */
  podsOf: (found: JsonObject[]) => JsonObject[];
}

/** Undefined where nobody may read Pods, or only somebody who does not carry the run. */
export function choosePodReader(
  { podStatus }: Pick<Settings, 'podStatus'>,
  carrier: Carrier,
  variant: Variant,
): PodReader | undefined {
  if (podStatus === 'Crossplane' && carrier.losesStatus) return BY_CROSSPLANE;
  return podStatus === 'Provider' && !carrier.losesStatus ? byProvider(variant) : undefined;
}

const BY_CROSSPLANE: PodReader = {
  mayLookEarly: false,
  windowMs: 30_000,
  select: ({ id, namespace }) => ({ apiVersion: 'v1', kind: 'Pod', matchLabels: { [RUN]: id }, namespace }),
  desire: () => [],
  podsOf: (found) => found.filter((pod) => pod['kind'] === 'Pod'),
};

/**
 * A collection lists what its selector finds when it is made, and makes an observe-only Object of each; they go with it.
 * https://github.com/crossplane-contrib/provider-kubernetes/blob/main/examples/namespaced/collection/collection.yaml
 */
const byProvider = ({ objects }: Variant): PodReader => ({
  mayLookEarly: true,
  windowMs: 60_000,
  select: ({ id, namespace }) => ({
    apiVersion: objects.apiVersion,
    kind: 'Object',
    matchLabels: { [POD_OF]: id },
    ...(objects.namespaced && { namespace }),
  }),
  desire: ({ id, namespace }, config) => [
    [
      PODS,
      {
        apiVersion: objects.apiVersion.replace(/\/.*/, '/v1alpha1'),
        kind: 'ObservedObjectCollection',
        // Its members are labelled with its name, which a generated one may be too long for.
        metadata: { name: id, ...(objects.namespaced && { namespace }) },
        spec: {
          providerConfigRef: { ...(objects.providerConfigKind && { kind: objects.providerConfigKind }), name: config },
          observeObjects: { apiVersion: 'v1', kind: 'Pod', namespace, selector: { matchLabels: { [RUN]: id } } },
          objectTemplate: { metadata: { labels: { [POD_OF]: id } } },
        },
      },
    ],
  ],
  podsOf: (found) =>
    found.flatMap((object) => {
      const pod = realManifest(object);
      return isObject(pod) && pod['kind'] === 'Pod' && textAt(object, 'metadata', 'deletionTimestamp') === undefined ? [pod] : [];
    }),
});

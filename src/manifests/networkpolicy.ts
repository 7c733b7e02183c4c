/**
 * What a run may reach, and who reaches it: https://kubernetes.io/docs/concepts/services-networking/network-policies/. A plugin enforces it
 * from the beginning of a Pod if it knows the policy by then.
 */
import type {
  INetworkPolicy as NetworkPolicy,
  INetworkPolicyPeer as Peer,
  INetworkPolicyPort as Port,
} from 'kubernetes-models/networking.k8s.io/v1';
import type { Destination } from '../api/generated/types.ts';
import { RUN } from '../api/labels.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import { type Reach, type ResolvedRun, servedPorts } from '../model/run.ts';
import { blocksOf } from './addresses.ts';
import { coverMetadata } from './metadata.ts';

/** Undefined where a run may reach everything, or its policy is in another dialect. */
export function buildNetworkPolicy(run: ResolvedRun): Manifest | undefined {
  const { reach } = run;
  if (reach?.dialect !== 'Kubernetes') return undefined;
  const { dns, apiServer, destinations } = reach;
  const tcp = (port: number): Port => ({ port, protocol: 'TCP' });
  return toManifest<NetworkPolicy>({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: coverMetadata(run),
    spec: {
      podSelector: { matchLabels: { [RUN]: run.id } },
      policyTypes: ['Ingress', 'Egress'],
      ...buildIngress(run, reach),
      egress: [
        {
          to: [podsOf(dns.namespace, dns.podLabels), ...addresses(dns.cidrs)],
          ports: dns.ports.flatMap((port) => [{ port, protocol: 'UDP' }, tcp(port)]),
        },
        ...(apiServer ? [{ to: addresses(apiServer.cidrs), ports: apiServer.ports.map(tcp) }] : []),
        ...destinations.map((destination) => ({ to: peersOf(destination), ...portsOf(destination) })),
      ],
    },
  });
}

/** An empty list is none to the API server, and both admit nobody; it would not be what was planned. */
function buildIngress(run: ResolvedRun, { ingress }: Reach): NetworkPolicySpec {
  if (run.mode !== 'server' || ingress === 'None') return {};
  const at = servedPorts(run).map(({ containerPort: port, protocol }) => ({ port, protocol }));
  return { ingress: [{ from: [{ podSelector: {} }], ports: at }] };
}

type NetworkPolicySpec = Pick<NonNullable<NetworkPolicy['spec']>, 'ingress'>;

const addresses = (cidrs: string[], except?: string[]): Peer[] => blocksOf(cidrs, except).map((ipBlock) => ({ ipBlock }));

function peersOf({ cidrs = [], except, namespace, podLabels }: Destination): Peer[] {
  const isOfPods = namespace !== undefined || podLabels !== undefined;
  // Of a map no value is undefined, which its generated type cannot say.
  const pods = isOfPods ? [podsOf(namespace, podLabels as Record<string, string> | undefined)] : [];
  return [...addresses(cidrs, except), ...pods];
}

/** Without a namespace those of the policy's own, without labels all of a namespace. */
const podsOf = (namespace: string | undefined, matchLabels: Record<string, string> | undefined): Peer => ({
  ...(namespace !== undefined && { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }),
  // The API server drops an empty map.
  ...(matchLabels !== undefined && { podSelector: Object.keys(matchLabels).length > 0 ? { matchLabels } : {} }),
});

const portsOf = ({ ports = [] }: Destination): { ports?: Port[] } =>
  ports.length === 0 ? {} : { ports: ports.map(({ port, protocol = 'TCP' }) => ({ port, protocol })) };

/** The same in the words of Cilium, which knows names of hosts and the API server: https://docs.cilium.io/en/stable/security/policy/language/ */
import type { ICiliumNetworkPolicy as CiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2/CiliumNetworkPolicy';
import type { Destination } from '../api/generated/types.ts';
import { RUN } from '../api/labels.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import { type Reach, type ResolvedRun, servedPorts } from '../model/run.ts';
import { blocksOf, metadataBeside } from './addresses.ts';
import { coverMetadata } from './metadata.ts';

type Spec = NonNullable<CiliumNetworkPolicy['spec']>;
type Egress = NonNullable<Spec['egress']>[number];
type Ports = NonNullable<Egress['toPorts']>;

/** Undefined where a run may reach everything, or its policy is in another dialect. */
export function buildCiliumNetworkPolicy(run: ResolvedRun): Manifest | undefined {
  const { reach } = run;
  if (reach?.dialect !== 'Cilium') return undefined;
  const { dns, apiServer, destinations } = reach;
  // Cilium learns the addresses of hosts from the answers, so it has to see them.
  const rules = { dns: [{ matchPattern: '*' }] };
  const asking: Ports = [{ ports: dns.ports.map((port) => ({ port: String(port), protocol: 'ANY' as const })), rules }];
  return toManifest<CiliumNetworkPolicy>({
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: coverMetadata(run),
    spec: {
      endpointSelector: { matchLabels: { [RUN]: run.id } },
      ingress: buildIngress(run, reach),
      egress: [
        { toEndpoints: [podsOf(dns.namespace, dns.podLabels)], toPorts: asking },
        ...(dns.cidrs.length > 0 ? [{ toCIDRSet: blocksOf(dns.cidrs), toPorts: asking }] : []),
        ...(apiServer
          ? [{ toEntities: ['kube-apiserver' as const], toPorts: toPorts(apiServer.ports.map((port) => ({ port }))) }]
          : []),
        ...destinations.flatMap(buildEgress),
      ],
      // What a name of a host leads to is an address too.
      egressDeny: [{ toCIDR: metadataBeside([...dns.cidrs, ...destinations.flatMap(({ cidrs = [] }) => cidrs)]) }],
    },
  });
}

/** A rule without a peer admits nobody, and closes what no rule names. */
function buildIngress(run: ResolvedRun, { ingress }: Reach): NonNullable<Spec['ingress']> {
  if (run.mode !== 'server' || ingress === 'None') return [{}];
  const ports = servedPorts(run).map(({ containerPort: port, protocol }) => ({ port, protocol }));
  return [{ fromEndpoints: [{}], toPorts: toPorts(ports) }];
}

/** A rule has peers of one kind only. */
function buildEgress({ cidrs = [], except, namespace, podLabels, hosts = [], ports = [] }: Destination): Egress[] {
  const isOfPods = namespace !== undefined || podLabels !== undefined;
  const at = ports.length === 0 ? {} : { toPorts: toPorts(ports) };
  return [
    ...(cidrs.length > 0 ? [{ toCIDRSet: blocksOf(cidrs, except), ...at }] : []),
    // Of a map no value is undefined, which its generated type cannot say.
    ...(isOfPods ? [{ toEndpoints: [podsOf(namespace, podLabels as Record<string, string> | undefined)], ...at }] : []),
    ...(hosts.length > 0 ? [{ toFQDNs: hosts.map(nameHost), ...at }] : []),
  ];
}

/** Cilium takes 40 ports in one rule. */
const MAX_PORTS = 40;

const toPorts = (ports: { port: number; protocol?: 'TCP' | 'UDP' | 'SCTP' }[]) =>
  Array.from({ length: Math.ceil(ports.length / MAX_PORTS) }, (_, index) => ({
    ports: ports
      .slice(index * MAX_PORTS, (index + 1) * MAX_PORTS)
      .map(({ port, protocol = 'TCP' }) => ({ port: String(port), protocol })),
  }));

const nameHost = (host: string) => (host.startsWith('*') ? { matchPattern: host } : { matchName: host });

/** Labels of Kubernetes have a prefix of their own. Without a namespace those of the policy's own. */
function podsOf(namespace: string | undefined, labels: Record<string, string> = {}) {
  const matchLabels = {
    ...(namespace !== undefined && { 'k8s:io.kubernetes.pod.namespace': namespace }),
    ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`k8s:${key}`, value])),
  };
  return Object.keys(matchLabels).length > 0 ? { matchLabels } : {};
}

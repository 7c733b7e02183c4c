/** What the Pod of a run may reach where a policy isolates runs: what the policy names for all, and what packs and tenant ask for. */
import type { Destination, SympoziumPolicySpec } from '../api/generated/types.ts';
import { DEFAULT_DIALECT } from '../api/sympoziumpolicy.ts';
import { hasRights, type Reach, type ResolvedPack } from '../model/run.ts';
import { isIsolated } from '../policy/network.ts';

const DNS = { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' }, cidrs: [], ports: [53] };
const API_SERVER = { cidrs: [], ports: [443, 6443] };

/** Undefined for everything. A name without a meaning is left out, and refused by policy/network.ts. */
export function resolveReach(packs: ResolvedPack[], tenantEgress: string[], { network }: SympoziumPolicySpec): Reach | undefined {
  if (!isIsolated(network)) return undefined;
  const sidecars = packs.flatMap(({ sidecar }) => sidecar ?? []);
  const names = [...(network.model ?? []), ...sidecars.flatMap(({ egress }) => egress ?? []), ...tenantEgress];
  const named = new Map((network.destinations ?? []).map((destination) => [destination.name, destination]));
  return {
    dialect: network.dialect ?? DEFAULT_DIALECT,
    // Of a map no value is undefined, which its generated type cannot say.
    dns: { ...DNS, ...(network.dns as Partial<Reach['dns']>) },
    apiServer: sidecars.some(hasRights) ? { ...API_SERVER, ...network.apiServer } : undefined,
    destinations: [...new Set(names)].flatMap((name): Destination | never[] => named.get(name) ?? []),
    ingress: network.ingress ?? 'None',
  };
}

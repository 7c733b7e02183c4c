/** What a run may reach, and what may not be in a run that is isolated. */
import type { Network } from '../api/generated/types.ts';
import { DEFAULT_DIALECT } from '../api/sympoziumpolicy.ts';
import { hasRights } from '../model/run.ts';
import { type PackRule, type RunRule, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

/** Whether runs are bounded in what they reach. */
export const isIsolated = (network: Network | undefined): network is Network => network?.mode === 'Isolate';

const BESIDE = {
  hostNetwork: 'no network policy holds in the network of the node',
  privileged: 'a privileged container can enter the network of the node, where no network policy holds',
} as const;

/** What a pack asks for has a meaning, and nothing in it gets around a network policy. */
export const denyPackNetwork: PackRule = (pack, { network }) => {
  const { sidecar } = pack;
  if (sidecar === undefined || !isIsolated(network)) return [];
  const path = sidecarPath(pack);
  const deny = (field: string, found: string, why: string, permit: string): Denial => ({
    rule: 'isolation',
    path: `${path}.${field}`,
    found,
    why,
    permit,
    permissible: true,
  });
  const around = (['hostNetwork', 'privileged'] as const)
    .filter((flag) => sidecar.hostAccess?.enabled && sidecar.hostAccess[flag])
    .map((flag) => deny(`hostAccess.${flag}`, 'true', BESIDE[flag], 'use it where spec.network.mode is Open'));
  const isCut = hasRights(sidecar) && network.dialect !== 'Cilium' && (network.apiServer?.cidrs ?? []).length === 0;
  const cut = deny(
    'rbac',
    'rights',
    'they cannot be used where the API server is not reached',
    'spec.network.apiServer says where it is',
  );
  const asked = (sidecar.egress ?? []).flatMap((name, index) => denyName(`${path}.egress[${index}]`, name, network));
  return [...around, ...(isCut ? [cut] : []), ...asked];
};

/** What a tenant asks for the policy lets him have, or his packs have it. */
export const denyNetwork: RunRule = ({ packs, tenantEgress }, { network, limits }) => {
  if (!isIsolated(network)) return [];
  const ofPacks = packs.flatMap(({ sidecar }) => sidecar?.egress ?? []);
  const permitted = new Set([...(limits?.egress ?? []), ...(network.model ?? []), ...ofPacks]);
  const asked = tenantEgress.flatMap((name, index): Denial[] => {
    const path = `spec.egress[${index}]`;
    const unknown = denyName(path, name, network);
    if (unknown.length > 0 || permitted.has(name)) return unknown;
    return [{ ...denied(path, name, 'what a run can reach it can send to'), permit: `${name} in spec.limits.egress permits it` }];
  });
  const own = (network.model ?? []).flatMap((name, index) =>
    denyName(`SympoziumPolicy spec.network.model[${index}]`, name, network),
  );
  return [...asked, ...own];
};

function denyName(path: string, name: string, network: Network): Denial[] {
  const destination = (network.destinations ?? []).find((one) => one.name === name);
  if (destination === undefined)
    return [
      {
        ...denied(path, name, 'the policy does not say what it is'),
        permit: `a destination ${name} in spec.network.destinations says it`,
      },
    ];
  const isNameless = (network.dialect ?? DEFAULT_DIALECT) === 'Kubernetes';
  if (destination.hosts === undefined || !isNameless) return [];
  return [
    {
      ...denied(path, name, 'a NetworkPolicy knows no names of hosts'),
      permit: 'say its cidrs, or Cilium in spec.network.dialect',
    },
  ];
}

const denied = (path: string, name: string, why: string): Omit<Denial, 'permit'> => ({
  rule: 'isolation',
  path,
  found: JSON.stringify(name),
  why,
  permissible: true,
});

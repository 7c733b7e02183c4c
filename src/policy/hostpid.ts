import { type JudgedPack, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

/** Who sees the processes of the node and holds rights could take the rights of others, and others his. */
export const denyHostPidWithRights = ({ packs }: { packs: JudgedPack[] }): Denial[] => {
  const holder = packs.find(({ sidecar }) => [...(sidecar?.rbac ?? []), ...(sidecar?.clusterRBAC ?? [])].length > 0);
  if (holder === undefined) return [];
  return packs
    .filter(({ sidecar }) => sidecar?.hostAccess?.enabled && sidecar.hostAccess.hostPID)
    .map((pack) => ({
      rule: 'host-pid-with-rights',
      path: `${sidecarPath(pack)}.hostAccess.hostPID`,
      found: `true beside the rights of SkillPack ${holder.name}`,
      why: 'whoever sees the processes of a node can read the tokens in them',
      permit: 'nothing permits it: use the packs in runs of their own',
      permissible: false,
    }));
};

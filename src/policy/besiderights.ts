/** What a pack may not have of the node in a run with rights: each could take the rights of others, and others its own. */
import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { isWithin, meets, normalizePath } from '../kube/paths.ts';
import { hasRights } from '../model/run.ts';
import { type JudgedPack, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

/** Where a node keeps the tokens of its Pods. */
const TOKENS = '/var/lib/kubelet';
/** Where it shows what hostPID shows. */
const PROCESSES = '/proc';

export function denyBesideRights({ packs }: { packs: JudgedPack[] }, { hostAccess }: SympoziumPolicySpec): Denial[] {
  const holder = packs.find(({ sidecar }) => sidecar !== undefined && hasRights(sidecar));
  if (holder === undefined) return [];
  return packs.flatMap((pack) => {
    const access = pack.sidecar?.hostAccess;
    if (!access?.enabled) return [];
    const path = `${sidecarPath(pack)}.hostAccess`;
    const beside = `beside the rights of SkillPack ${holder.name}`;
    const own = (field: string, found: string): Denial => ({
      rule: 'node-with-rights',
      path: `${path}.${field}`,
      found: `${found} ${beside}`,
      why: 'whoever is root on a node, or reads its kubelet’s files, has the tokens of its Pods',
      permit: 'spec.hostAccess.besideRights: true permits it',
      permissible: true,
    });
    const mounts = (access.mounts ?? []).map(({ hostPath }, index) => ({
      field: `mounts[${index}]`,
      found: JSON.stringify(hostPath),
      path: normalizePath(hostPath) ?? '/',
    }));
    const processes = [
      ...(access.hostPID ? [{ field: 'hostPID', found: 'true' }] : []),
      ...mounts.filter((mount) => isWithin(mount.path, PROCESSES)),
    ];
    const privileged = access.privileged ? [{ field: 'privileged', found: 'true' }] : [];
    const others = hostAccess?.besideRights ? [] : [...privileged, ...mounts.filter((mount) => meets(mount.path, TOKENS))];
    return [
      ...processes.map(({ field, found }) => denyProcesses(`${path}.${field}`, `${found} ${beside}`)),
      ...others.map(({ field, found }) => own(field, found)),
    ];
  });
}

const denyProcesses = (path: string, found: string): Denial => ({
  rule: 'host-pid-with-rights',
  path,
  found,
  why: 'whoever sees the processes of a node can read the tokens in them',
  permit: 'nothing permits it: use the packs in runs of their own',
  permissible: false,
});

import { type PackRule, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

/** Refuses a name, where there is one, that is not among those of a field of the policy. */
function judge(path: string, name: string | undefined, listed: readonly string[], field: string, why: string): Denial[] {
  if (name === undefined || listed.includes(name)) return [];
  return [{ rule: 'volume', path, found: name, why, permit: `${name} in spec.volumes.${field} permits it`, permissible: true }];
}

/** A pack mounts only the claims, and has volumes only of the drivers, that the policy lists. */
export const denyPackVolumes: PackRule = (pack, { volumes: { claims = [], drivers = [] } = {} }) =>
  (pack.sidecar?.volumes ?? []).flatMap(({ persistentVolumeClaim: claim, csi }, index) => {
    const path = `${sidecarPath(pack)}.volumes[${index}]`;
    const fetches = 'a driver runs on the node as root and fetches what it is told';
    return [
      ...judge(`${path}.persistentVolumeClaim.claimName`, claim?.claimName, claims, 'claims', 'a claim holds the data of others'),
      ...judge(`${path}.csi.driver`, csi?.driver, drivers, 'drivers', fetches),
    ];
  });

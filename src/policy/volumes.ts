import { type PackRule, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

const deny = (path: string, found: string, why: string, permit: string): Denial[] => [
  { rule: 'volume', path, found, why, permit, permissible: true },
];

/** A pack mounts only the claims, and has volumes only of the drivers, that the policy lists. */
export const denyPackVolumes: PackRule = (pack, { volumes: { claims = [], drivers = [] } = {} }) =>
  (pack.sidecar?.volumes ?? []).flatMap(({ persistentVolumeClaim, csi }, index) => {
    const path = `${sidecarPath(pack)}.volumes[${index}]`;
    const claim = persistentVolumeClaim?.claimName;
    const driver = csi?.driver;
    return [
      ...(claim === undefined || claims.includes(claim)
        ? []
        : deny(
            `${path}.persistentVolumeClaim.claimName`,
            claim,
            'a claim holds the data of others',
            `${claim} in spec.volumes.claims permits it`,
          )),
      ...(driver === undefined || drivers.includes(driver)
        ? []
        : deny(
            `${path}.csi.driver`,
            driver,
            'a driver runs on the node as root and fetches what it is told',
            `${driver} in spec.volumes.drivers permits it`,
          )),
    ];
  });

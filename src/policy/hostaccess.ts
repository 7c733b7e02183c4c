import type { Sidecar } from '../api/generated/types.ts';
import type { Denial } from './verdict.ts';

/** No pack gets access to the node. */
export function denyHostAccess(sidecar: Sidecar, path: string): Denial[] {
  if (!sidecar.hostAccess?.enabled) return [];
  return [
    {
      rule: 'host-access',
      path: `${path}.hostAccess.enabled`,
      found: 'true',
      why: 'access to the node reaches every other Pod on it',
      permit: 'set it to false; this version has no policy that permits it',
    },
  ];
}

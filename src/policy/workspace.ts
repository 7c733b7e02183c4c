/** Which volume a tenant has his run work in: the one that the policy says, or one that it lets him choose. */
import { parseQuantity } from '../kube/quantity.ts';
import { DEFAULT_WORKSPACE_SIZE } from '../model/run.ts';
import type { RunRule } from './rule.ts';
import type { Denial } from './verdict.ts';

export const denyWorkspace: RunRule = ({ tenantWorkspace: asked }, { defaults, limits }) => {
  const [own, listed] = [defaults?.workspace ?? {}, limits?.workspace ?? {}];
  const deny = (field: string, found: string, why: string, permit: string): Denial => ({
    rule: 'workspace',
    path: `spec.workspace.${field}`,
    found,
    why,
    permit,
    permissible: true,
  });
  const most = listed.size ?? own.size ?? DEFAULT_WORKSPACE_SIZE;
  const { size, storageClassName, claimName } = asked;
  const isPermitted = (name: string): boolean =>
    (listed.claims ?? []).some((claim) => (claim.endsWith('*') ? name.startsWith(claim.slice(0, -1)) : name === claim));
  return [
    ...(size === undefined || parseQuantity(size) <= parseQuantity(most)
      ? []
      : [deny('size', size, 'it takes from what others share', `ask for ${most} at most, or raise spec.limits.workspace.size`)]),
    ...(storageClassName === undefined ||
    storageClassName === own.storageClassName ||
    listed.storageClasses?.includes(storageClassName)
      ? []
      : [
          deny(
            'storageClassName',
            storageClassName,
            'a class says what a volume costs and who can read it',
            `${storageClassName} in spec.limits.workspace.storageClasses permits it`,
          ),
        ]),
    ...(claimName === undefined || claimName === own.claimName || isPermitted(claimName)
      ? []
      : [
          deny(
            'claimName',
            claimName,
            'a claim holds the data of others',
            `${claimName} in spec.limits.workspace.claims permits it`,
          ),
        ]),
  ];
};

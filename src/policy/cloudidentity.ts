/** As whom a run acts in a cloud: one of those the policy has, and that it lets a tenant choose. */
import type { RunRule } from './rule.ts';
import type { Denial } from './verdict.ts';

export const denyCloudIdentity: RunRule = ({ tenantCloudIdentity }, { cloudIdentities = [], defaults, limits }) => {
  const isKnown = (name: string): boolean => cloudIdentities.some((identity) => identity.name === name);
  const deny = (path: string, name: string, why: string, permit: string): Denial => ({
    rule: 'cloud-identity',
    path,
    found: JSON.stringify(name),
    why,
    permit,
    permissible: true,
  });
  const unknown = (path: string, name: string): Denial =>
    deny(path, name, 'the policy does not say who it is', `a cloud identity ${name} in spec.cloudIdentities says it`);
  const own = defaults?.cloudIdentity;
  const ofPolicy = own === undefined || isKnown(own) ? [] : [unknown('SympoziumPolicy spec.defaults.cloudIdentity', own)];
  const asked = tenantCloudIdentity;
  if (asked === undefined || asked === own) return ofPolicy;
  const permit = `${asked} in spec.limits.cloudIdentities permits it`;
  if (!limits?.cloudIdentities?.includes(asked))
    return [...ofPolicy, deny('spec.cloudIdentity', asked, 'it acts in a cloud as somebody', permit)];
  return isKnown(asked) ? ofPolicy : [...ofPolicy, unknown('spec.cloudIdentity', asked)];
};

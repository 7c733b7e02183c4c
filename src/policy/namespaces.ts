import type { RunRule } from './rule.ts';

/** A pack that the policy lists is for the namespaces listed with it. */
export const denyNamespaces: RunRule = ({ namespace, packs }, policy) =>
  packs.flatMap(({ name }) => {
    const listed = (policy.packs ?? []).find((pack) => pack.name === name);
    if (listed?.namespaces === undefined || listed.namespaces.some((permitted) => permitted === '*' || permitted === namespace))
      return [];
    return [
      {
        rule: 'namespace',
        path: `SkillPack/${name}`,
        found: `used in namespace ${namespace}`,
        why: 'the platform team keeps it for other namespaces',
        permit: `${namespace} among the namespaces of ${name} in spec.packs permits it`,
        permissible: true,
      },
    ];
  });

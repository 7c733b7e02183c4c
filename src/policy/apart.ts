import type { RunRule } from './rule.ts';

/** Packs of one run share a ServiceAccount, and so their rights: a policy says which may not. */
export const denyApart: RunRule = ({ packs }, policy) =>
  (policy.packs ?? []).flatMap(({ name, apart = [] }) => {
    if (!packs.some((pack) => pack.name === name)) return [];
    return packs
      .filter((pack) => pack.name !== name && apart.includes(pack.name))
      .map((pack) => ({
        rule: 'packs-apart',
        path: 'spec.skills',
        found: `SkillPack ${name} beside SkillPack ${pack.name}`,
        why: 'what one of them may do the other may do as well, in one Pod',
        permit: `use them in runs of their own, or take ${pack.name} from apart of ${name} in spec.packs`,
        permissible: true,
      }));
  });

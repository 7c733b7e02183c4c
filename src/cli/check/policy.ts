/** What is to be known of a policy before anybody applies it: what is wrong, and what in it can never be met. */
import { nameOf } from '../../api/composite.ts';
import type { SympoziumPolicySpec } from '../../api/generated/types.ts';
import { SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { parseSympoziumPolicy } from '../../api/sympoziumpolicy.ts';
import type { JsonObject } from '../../kube/json.ts';
import { findInertRules } from '../../policy/rights/inert.ts';
import { nearest } from '../input/nearest.ts';
import type { Found } from './finding.ts';
import { foundOfParsed } from './found.ts';

/** @param all what it is given with, of which the SkillPacks may be all that there are */
export function judgePolicy(policy: JsonObject, all: JsonObject[]): Found[] {
  const parsed = parseSympoziumPolicy(policy);
  if (!parsed.ok) return foundOfParsed(SYMPOZIUM_POLICY, parsed);
  const { rights, approval } = parsed.value;
  return [
    ...findInertRules(rights?.allow ?? [], 'spec.rights.allow'),
    ...findInertRules(approval?.rights ?? [], 'spec.approval.rights'),
    ...findNobody(parsed.value, all.filter(({ kind }) => kind === SKILL_PACK).map(nameOf)),
  ].map((found): Found => ({ severity: 'warning', ...found }));
}

/** Packs that are named and are not there. Where no pack is given, nobody knows. */
function findNobody({ approval, packs = [] }: SympoziumPolicySpec, known: string[]): Omit<Found, 'severity'>[] {
  if (known.length === 0) return [];
  const named = [
    ...(approval?.packs ?? []).map((name, index) => ({ name, path: `spec.approval.packs[${index}]` })),
    ...packs.flatMap(({ name, apart = [] }, index) => [
      { name, path: `spec.packs[${index}].name` },
      ...apart.map((other, at) => ({ name: other, path: `spec.packs[${index}].apart[${at}]` })),
    ]),
  ];
  return named
    .filter(({ name }) => name !== '*' && !known.includes(name))
    .map(({ name, path }) => {
      const meant = nearest(name, known);
      const message = `there is no SkillPack ${name} in the files`;
      return { rule: 'matches-nothing', path, message, fix: meant === undefined ? '' : `did you mean ${meant}?` };
    });
}

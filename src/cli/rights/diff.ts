/** What a change of packs and policies adds to the powers of runs, and what it takes away. */
import { nameOf } from '../../api/composite.ts';
import { formatFaults, type Parsed } from '../../api/fault.ts';
import type { Rule, SkillPackSpec, SympoziumPolicySpec } from '../../api/generated/types.ts';
import { SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { parseSkillPack } from '../../api/skillpack.ts';
import { parseSympoziumPolicy } from '../../api/sympoziumpolicy.ts';
import { isObject, type JsonObject, type JsonValue, valueAt } from '../../kube/json.ts';
import { effectivePolicies, findDenials } from '../../policy/findings.ts';
import { loadResources, titleOf, withoutTwins } from '../input/files.ts';

/** One thing that a pack can do in a run, or that a policy permits packs. */
interface Power {
  /** Whose it is: `SkillPack name` or `SympoziumPolicy name`. */
  of: string;
  /** Of a right: where it holds; else the field that has it. */
  where: string;
  /** Of a right: `verb: resource (group)`, with the names of resources where it is for those only; else the value. */
  what: string;
}

export interface Changes {
  added: Power[];
  removed: Power[];
}

/** @param policyPaths policies that hold before and after. A right that every policy refuses is no power. */
export function compareRights(before: string, after: string, policyPaths: string[]): Changes {
  const policies = policyPaths.flatMap((path) => loadResources(path));
  const [old, now] = [before, after].map((path) => listPowers(withoutTwins([...loadResources(path), ...policies])));
  const lacks = (powers: Power[] = []) => {
    const known = new Set(powers.map(keyOf));
    return (power: Power): boolean => !known.has(keyOf(power)) && !known.has(keyOf(withoutNames(power)));
  };
  return { added: (now ?? []).filter(lacks(old)), removed: (old ?? []).filter(lacks(now)) };
}

const keyOf = ({ of, where, what }: Power): string => JSON.stringify([of, where, what]);

/** The same right on every resource of the kind, which has in it the one on some. */
const withoutNames = (power: Power): Power => ({ ...power, what: power.what.replace(/ named \S+/, '') });

function listPowers(resources: JsonObject[]): Power[] {
  const ofKind = (kind: string): JsonObject[] => resources.filter((resource) => resource['kind'] === kind);
  const packs = ofKind(SKILL_PACK).map((pack) => ({ of: titleOf(pack), name: nameOf(pack), spec: read(pack, parseSkillPack) }));
  const policies = ofKind(SYMPOZIUM_POLICY);
  const permitted = policies.flatMap((policy) => permitsOf(titleOf(policy), read(policy, parseSympoziumPolicy)));
  const effective = effectivePolicies(policies);
  const powers = [...packs.flatMap((pack) => powersOf(pack, effective)), ...permitted];
  return powers.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function read<T>(resource: JsonObject, parse: (resource: JsonObject) => Parsed<T>): T {
  const parsed = parse(resource);
  if (!parsed.ok) throw new Error(`${titleOf(resource)} is invalid: ${formatFaults(parsed.faults)}`);
  return parsed.value;
}

const LISTS = { rbac: 'Namespace', clusterRBAC: 'Cluster' } as const;

/** What a sidecar has beside rights. */
const FIELDS = ['hostAccess', 'volumes', 'secretRef', 'egress'] as const;

function powersOf(
  { of, name, spec: { sidecar, skills } }: { of: string; name: string; spec: SkillPackSpec },
  policies: Map<string, SympoziumPolicySpec>,
): Power[] {
  const denials = findDenials({ name, sidecar, skills }, policies);
  const isRefused = (list: keyof typeof LISTS, index: number): boolean =>
    [...policies.keys()].every((policy) =>
      denials.some(
        ({ policy: refusing, denial: { right } }) => refusing === policy && right?.list === list && right.index === index,
      ),
    );
  const rights = (Object.keys(LISTS) as (keyof typeof LISTS)[]).flatMap((list) =>
    (sidecar?.[list] ?? []).flatMap((rule, index) =>
      isRefused(list, index) ? [] : rightsOf(rule).map((what) => ({ of, where: LISTS[list], what })),
    ),
  );
  return [
    ...rights,
    ...FIELDS.flatMap((field) => leavesOf(valueAt(sidecar, field), `sidecar.${field}`).map((leaf) => ({ of, ...leaf }))),
  ];
}

/** What a policy can permit a pack. */
const PERMITS = [['rights', 'allow'], ['hostAccess'], ['volumes'], ['env', 'allow'], ['credentials', 'allow']];

const permitsOf = (of: string, policy: SympoziumPolicySpec): Power[] =>
  PERMITS.flatMap((path) => leavesOf(valueAt(policy, ...path), path.join('.'))).map((leaf) => ({ of, ...leaf }));

const rightsOf = ({ apiGroups, resources, verbs, resourceNames = [] }: Rule): string[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      (resourceNames.length === 0 ? [''] : resourceNames.map((name) => ` named ${name}`)).flatMap((named) =>
        verbs.map((verb) => `${verb}: ${resource}${named} (${group || 'core'})`),
      ),
    ),
  );

/** Every value below a field with the path to it; an entry of a list is told whole, because its place in the list says nothing. */
function leavesOf(value: JsonValue | undefined, where: string): Omit<Power, 'of'>[] {
  if (value === undefined || value === false) return [];
  if (Array.isArray(value))
    return value.map((entry) => ({ where, what: typeof entry === 'string' ? entry : JSON.stringify(entry) }));
  if (isObject(value)) return Object.entries(value).flatMap(([key, child]) => leavesOf(child, `${where}.${key}`));
  return [{ where, what: String(value) }];
}

/** For people: what is added with a plus, what is taken away with a minus, in the order of what it is a power of. */
export function formatChanges({ added, removed }: Changes): string {
  const signed = [...added.map((power) => ({ ...power, sign: '+' })), ...removed.map((power) => ({ ...power, sign: '-' }))];
  const owners = [...new Set(signed.map(({ of }) => of))].sort();
  const lines = owners.flatMap((owner) => [
    owner,
    ...signed.filter(({ of }) => of === owner).map(({ sign, where, what }) => `  ${sign} ${where}  ${what}`),
  ]);
  return `${[...lines, `added ${added.length}, taken away ${removed.length}`].join('\n')}\n`;
}

/** What packs can do in a run, and what policies permit them, one thing each, so that two of them can be compared. */
import { nameOf } from '../../api/composite.ts';
import { formatFaults, type Parsed } from '../../api/fault.ts';
import type { Rule, Sidecar, SidecarVariable, SkillPackSpec, SympoziumPolicySpec } from '../../api/generated/types.ts';
import { SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { parseSkillPack } from '../../api/skillpack.ts';
import { parseSympoziumPolicy } from '../../api/sympoziumpolicy.ts';
import { isObject, type JsonObject, type JsonValue, valueAt } from '../../kube/json.ts';
import { effectivePolicies, findDenials } from '../../policy/findings.ts';
import { titleOf } from '../input/files.ts';

/** One thing that a pack can do in a run, or that a policy permits packs. */
export interface Power {
  /** Whose it is: `SkillPack name` or `SympoziumPolicy name`. */
  of: string;
  /** Of a right: where it holds; else the field that has it. */
  where: string;
  /** Of a right: `verb: resource (group)`, with the names of resources where it is for those only; else the value. */
  what: string;
}

export const keyOf = ({ of, where, what }: Power): string => JSON.stringify([of, where, what]);

/** The same right on every resource of the kind, which has in it the one on some. */
export const withoutNames = (power: Power): Power => ({ ...power, what: power.what.replace(/ named \S+/, '') });

/** A right that every policy refuses is no power, where policies are given. */
export function listPowers(resources: JsonObject[]): Power[] {
  const ofKind = (kind: string): JsonObject[] => resources.filter((resource) => resource['kind'] === kind);
  const packs = ofKind(SKILL_PACK).map((pack) => ({ of: titleOf(pack), name: nameOf(pack), spec: read(pack, parseSkillPack) }));
  const policies = ofKind(SYMPOZIUM_POLICY);
  const permitted = policies.flatMap((policy) => permitsOf(titleOf(policy), read(policy, parseSympoziumPolicy)));
  const effective = effectivePolicies(policies);
  const powers = [...packs.flatMap((pack) => powersOf(pack, effective, policies.length > 0)), ...permitted];
  return powers.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** Throws when it cannot be read. */
export function read<T>(resource: JsonObject, parse: (resource: JsonObject) => Parsed<T>): T {
  const parsed = parse(resource);
  if (!parsed.ok) throw new Error(`${titleOf(resource)} is invalid: ${formatFaults(parsed.faults)}`);
  return parsed.value;
}

const LISTS = { rbac: 'Namespace', clusterRBAC: 'Cluster' } as const;

/** What a sidecar has beside rights. */
const FIELDS = [
  ['hostAccess'],
  ['volumes'],
  ['volumeMounts'],
  ['mountWorkspace'],
  ['secretRef'],
  ['egress'],
  ['requiresServer'],
  ['resources', 'devices'],
];

function powersOf(
  { of, name, spec: { sidecar, skills } }: { of: string; name: string; spec: SkillPackSpec },
  policies: Map<string, SympoziumPolicySpec>,
  areGiven: boolean,
): Power[] {
  const denials = findDenials({ name, sidecar, skills }, policies);
  // Without a policy nobody knows what the cluster's permits.
  const isRefused = (list: keyof typeof LISTS, index: number): boolean =>
    areGiven &&
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
  return [...rights, ...[...besidesOf(sidecar), ...secretsOf(sidecar?.env)].map((leaf) => ({ of, ...leaf }))];
}

/** What it has beside rights; access to the node counts only where it is enabled. */
const besidesOf = (sidecar: Sidecar | undefined): Omit<Power, 'of'>[] =>
  FIELDS.filter(([field]) => field !== 'hostAccess' || sidecar?.hostAccess?.enabled).flatMap((path) =>
    leavesOf(valueAt(sidecar, ...path), ['sidecar', ...path].join('.')),
  );

/** Variables that are read of a Secret or a ConfigMap. */
const secretsOf = (env: SidecarVariable[] = []): Omit<Power, 'of'>[] =>
  env.flatMap(({ name, valueFrom }) =>
    valueFrom === undefined ? [] : [{ where: `sidecar.env.${name}`, what: JSON.stringify(valueFrom) }],
  );

/** What a policy permits: without it there is less. */
const PERMITS = [
  ...[
    ['hostAccess'],
    ['volumes'],
    ['env', 'allow'],
    ['credentials', 'allow'],
    ['cloudIdentities'],
    ['results'],
    ['images', 'rewrites'],
    ['models', 'tenantBaseURL'],
  ],
  ...['placement', 'workspace', 'podMetadata', 'cloudIdentities', 'egress'].map((field) => ['limits', field]),
  ...['destinations', 'model', 'dns', 'apiServer', 'ingress'].map((field) => ['network', field]),
];

/** A right that a policy permits, as one that a pack asks for. */
const allowedOf = ({ rights: { allow = [] } = {} }: SympoziumPolicySpec): Omit<Power, 'of'>[] =>
  allow.flatMap(({ scope, ...rule }) => rightsOf(rule).map((what) => ({ where: `rights.allow ${scope}`, what })));

const permitsOf = (of: string, policy: SympoziumPolicySpec): Power[] =>
  [...allowedOf(policy), ...PERMITS.flatMap((path) => leavesOf(valueAt(policy, ...path), path.join('.')))].map((leaf) => ({
    of,
    ...leaf,
  }));

const rightsOf = ({ apiGroups, resources, verbs, resourceNames = [] }: Rule): string[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      (resourceNames.length === 0 ? [''] : resourceNames.map((name) => ` named ${name}`)).flatMap((named) =>
        verbs.map((verb) => `${verb}: ${resource}${named} (${group || 'core'})`),
      ),
    ),
  );

/** What a field says that is not set: it permits and bounds nothing. */
const DEFAULTS: JsonValue[] = [false, 'None', 'Open'];

/** Every value below a field with the path to it; an entry of a list is told whole, because its place in the list says nothing. */
export function leavesOf(value: JsonValue | undefined, where: string): Omit<Power, 'of'>[] {
  if (value === undefined || DEFAULTS.includes(value)) return [];
  if (Array.isArray(value))
    return value.map((entry) => ({ where, what: typeof entry === 'string' ? entry : JSON.stringify(entry) }));
  if (isObject(value)) return Object.entries(value).flatMap(([key, child]) => leavesOf(child, `${where}.${key}`));
  return [{ where, what: String(value) }];
}

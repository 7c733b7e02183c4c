/** What is dangerous about one rule of a pack, told by its lists: never every combination of their entries. */
import type { Rule } from '../../api/generated/types.ts';
import { type Access, BUILT_IN, type VerbClass } from './builtin.ts';
import { DANGERS, type DangerName } from './dangers.ts';

export type Scope = 'Namespace' | 'Cluster';

/** Some resources of one API group, and what is asked of all of them. */
export interface Grant {
  apiGroup: string;
  resources: string[];
  verbs: string[];
}

/** Every verb that a pack may use without more: https://kubernetes.io/docs/reference/access-authn-authz/authorization/#request-verbs */
const VERB_CLASSES: Record<string, VerbClass> = {
  get: 'read',
  list: 'read',
  watch: 'read',
  create: 'make',
  update: 'make',
  patch: 'make',
  delete: 'delete',
  deletecollection: 'delete',
};

/** Constrained impersonation has verbs such as impersonate:user-info and impersonate-on:user-info:get (KEP-5284). */
const IMPERSONATION = /^(?:escalate|bind|impersonate.*)$/i;

const CROSSPLANE = /(?:^|\.)(?:crossplane\.io|upbound\.io)$/;

/** What reads such a subresource may be a connection, as KubeVirt's consoles are; of a metric it is a number. */
const POWER = /\/(?!(?:status|scale)$)/;
const METRICS = /(?:^|\.)metrics\.k8s\.io$/;

/** Every danger a rule meets, with the rights that meet it. Entries with a wildcard are left out: they are refused on their own. */
export function findDangers(rule: Rule, scope: Scope): Map<DangerName, Grant[]> {
  const met = new Map<DangerName, Grant[]>();
  const add = (danger: DangerName, grant: Grant): void => {
    if (grant.verbs.length === 0 || grant.resources.length === 0) return;
    const grants = met.get(danger);
    if (grants === undefined) met.set(danger, [grant]);
    else grants.push(grant);
  };
  const [apiGroups, resources, verbs] = [rule.apiGroups, rule.resources, rule.verbs].map(withoutWildcards);
  if (apiGroups === undefined || resources === undefined || verbs === undefined) return met;
  const special = verbs.filter((verb) => !Object.hasOwn(VERB_CLASSES, verb));
  const plain = verbs.filter((verb) => Object.hasOwn(VERB_CLASSES, verb));
  const unknown = findUnknown(apiGroups, resources);
  for (const apiGroup of apiGroups) {
    const table = tableOf(apiGroup);
    const others = special.filter((verb) => !IMPERSONATION.test(verb));
    const [guarded, open] = partition(resources, (resource) => forbiddenOf(table, resource) !== undefined);
    add('impersonation', { apiGroup, resources, verbs: special.filter((verb) => IMPERSONATION.test(verb)) });
    add('special-verbs', { apiGroup, resources: open, verbs: others });
    for (const resource of guarded) {
      const danger = forbiddenOf(table, resource);
      if (danger !== undefined) add(danger, { apiGroup, resources: [resource], verbs: others });
    }
    if (table === undefined) {
      add(foreign(apiGroup), { apiGroup, resources, verbs: plain.filter(isWrite) });
      const powers = METRICS.test(apiGroup) ? [] : resources.filter((resource) => POWER.test(resource));
      add('unknown-resources', { apiGroup, resources: powers, verbs: plain.filter((verb) => !isWrite(verb)) });
      continue;
    }
    for (const [danger, grant] of judgeBuiltIn(apiGroup, table, resources, plain, scope)) add(danger, grant);
    // What reads a subresource may be a connection.
    const [powers, objects] = partition(unknown, (name) => name.includes('/'));
    add('unknown-resources', { apiGroup, resources: powers, verbs: plain });
    add('unknown-resources', { apiGroup, resources: objects, verbs: plain.filter(isWrite) });
  }
  return met;
}

/** The table of an API group that is built into Kubernetes, or undefined. */
export const tableOf = (apiGroup: string): Record<string, Access> | undefined =>
  Object.hasOwn(BUILT_IN, apiGroup) ? BUILT_IN[apiGroup] : undefined;

/** Why nothing permits to make or change a resource; then nothing permits another power over it either. */
function forbiddenOf(table: Record<string, Access> | undefined, resource: string): DangerName | undefined {
  const danger = table !== undefined && Object.hasOwn(table, resource) ? table[resource]?.make : undefined;
  return danger === undefined || DANGERS[danger].permissible ? undefined : danger;
}

const partition = (list: string[], isFirst: (entry: string) => boolean): [string[], string[]] => [
  list.filter(isFirst),
  list.filter((entry) => !isFirst(entry)),
];

const withoutWildcards = (list: string[]): string[] => [...new Set(list)].filter((entry) => !entry.includes('*'));

const isWrite = (verb: string): boolean => VERB_CLASSES[verb] !== 'read';

const foreign = (apiGroup: string): DangerName =>
  CROSSPLANE.test(apiGroup) ? 'crossplane' : apiGroup === 'sympozium.ai' ? 'sympozium' : 'foreign-writes';

/** The resources that no group of the rule has, where all of its groups are built in. */
function findUnknown(apiGroups: string[], resources: string[]): string[] {
  const tables = apiGroups.map(tableOf);
  if (tables.includes(undefined)) return [];
  return resources.filter((resource) => !tables.some((table) => table !== undefined && Object.hasOwn(table, resource)));
}

function judgeBuiltIn(
  apiGroup: string,
  table: Record<string, Access>,
  resources: string[],
  verbs: string[],
  scope: Scope,
): [DangerName, Grant][] {
  const found: [DangerName, Grant][] = [];
  for (const resource of resources) {
    if (!Object.hasOwn(table, resource)) continue;
    const access = table[resource] ?? {};
    for (const kind of ['read', 'make', 'delete'] as const) {
      const asked = verbs.filter((verb) => VERB_CLASSES[verb] === kind);
      const danger = asked.length > 0 ? dangerOf(access, kind, scope) : undefined;
      if (danger !== undefined) found.push([danger, { apiGroup, resources: [resource], verbs: asked }]);
    }
  }
  return found;
}

/** The danger of a class of verbs on a resource, or undefined when it is permitted on purpose. */
export function dangerOf(access: Access, kind: VerbClass, scope: Scope): DangerName | undefined {
  const own = access[kind];
  if (own !== undefined || scope === 'Namespace') return own;
  if (kind === 'read') return access.readAll;
  return kind === 'make' && access.harmless ? undefined : 'cluster-writes';
}

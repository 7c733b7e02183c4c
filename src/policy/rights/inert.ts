/** Rules of a pack or a policy that can match nothing: they look like a right and are none. Not refused, but worth knowing. */
import type { Rule, Sidecar } from '../../api/generated/types.ts';
import { BUILT_IN } from './builtin.ts';
import { tableOf } from './judge.ts';

export interface Inert {
  rule: 'matches-nothing';
  path: string;
  message: string;
  fix: string;
}

const PLURALS: ReadonlySet<string> = new Set(Object.values(BUILT_IN).flatMap((table) => Object.keys(table)));

/** Every entry of a pack's rights that can match nothing. */
export const findInert = (sidecar: Sidecar, path: string): Inert[] =>
  (['rbac', 'clusterRBAC'] as const).flatMap((list) => findInertRules(sidecar[list] ?? [], `${path}.${list}`));

type Named = Pick<Rule, 'apiGroups' | 'resources' | 'verbs'>;

/** The same of any list of rules, or of patterns of rules. */
export const findInertRules = (rules: Named[], path: string): Inert[] =>
  rules.flatMap((rule, index) => inertOf(rule, `${path}[${index}]`));

function inertOf({ apiGroups, resources, verbs }: Named, path: string): Inert[] {
  const lists = [
    { field: 'apiGroups', entries: apiGroups, fixOf: fixGroup },
    { field: 'resources', entries: resources, fixOf: (resource: string) => fixResource(resource, apiGroups) },
    { field: 'verbs', entries: verbs, fixOf: fixVerb },
  ];
  return lists.flatMap(({ field, entries, fixOf }) =>
    entries.flatMap((entry, index): Inert[] => {
      const fix = fixOf(entry);
      if (fix === undefined) return [];
      const shown = entry.length > 63 ? `${entry.slice(0, 62)}…` : entry;
      return [
        { rule: 'matches-nothing', path: `${path}.${field}[${index}]`, message: `${JSON.stringify(shown)} matches nothing`, fix },
      ];
    }),
  );
}

function fixGroup(group: string): string | undefined {
  if (group === 'core' || group === 'v1') return 'the core group is the empty text ""';
  if (group.includes('/')) return `a rule names the group without its version: ${JSON.stringify(group.split('/')[0])}`;
  return group === group.toLowerCase() ? undefined : 'API groups are lower case';
}

function fixVerb(verb: string): string | undefined {
  return verb === verb.toLowerCase() ? undefined : `verbs are lower case: ${verb.toLowerCase()}`;
}

/** A resource of groups that are all built in stands in one of their tables, or is none; of any group it may be whatever is no singular. */
function fixResource(resource: string, apiGroups: string[]): string | undefined {
  if (resource.includes('*')) return undefined;
  if (resource !== resource.toLowerCase()) return 'resources are plural and lower case, as kubectl api-resources prints them';
  const tables = apiGroups.map(tableOf);
  const isAny = apiGroups.includes('*');
  if (tables.some((table) => (table === undefined ? !isAny : Object.hasOwn(table, resource)))) return undefined;
  const plural = [`${resource}s`, `${resource}es`, resource.replace(/y$/, 'ies')].find(
    (name) => name !== resource && PLURALS.has(name),
  );
  if (plural !== undefined) return `resources are plural: ${plural}`;
  if (isAny) return undefined;
  const groups = Object.keys(BUILT_IN).filter((group) => Object.hasOwn(BUILT_IN[group] ?? {}, resource));
  if (groups.length === 0) return 'Kubernetes 1.37 has no such resource in these groups';
  return `it is a resource of ${groups.map((group) => JSON.stringify(group)).join(', ')}`;
}

/** Rights that are refused unless the policy lists them, and those that nothing permits. */
import type { SympoziumPolicySpec } from '../../api/generated/types.ts';
import { type PackRule, sidecarPath } from '../rule.ts';
import type { Denial } from '../verdict.ts';
import { DANGERS, type DangerName } from './dangers.ts';
import { findDangers, type Grant, type Scope } from './judge.ts';

const SCOPES = { rbac: 'Namespace', clusterRBAC: 'Cluster' } as const;

export const denyRights: PackRule = (pack, policy) =>
  (['rbac', 'clusterRBAC'] as const).flatMap((list) => {
    const scope = SCOPES[list];
    const exceptions = listExceptions(policy, scope);
    return (pack.sidecar?.[list] ?? []).flatMap((rule, index) =>
      [...findDangers(rule, scope)].flatMap(([name, grants]): Denial[] => {
        const { why, permissible } = DANGERS[name];
        const denied =
          permissible && exceptions.length > 0 ? grants.flatMap((grant) => withoutListed(grant, exceptions)) : grants;
        if (denied.length === 0) return [];
        return [
          {
            rule: name satisfies DangerName,
            path: `${sidecarPath(pack)}.${list}[${index}]`,
            found: describeGrants(denied),
            why,
            permit: permissible ? describePermit(denied, scope) : 'nothing permits it',
            permissible,
            right: { list, index },
          },
        ];
      }),
    );
  });

/** An entry of spec.rights.allow, ready to be asked. */
type Exception = Record<'apiGroups' | 'resources' | 'verbs', ReadonlySet<string>>;

const listExceptions = ({ rights }: SympoziumPolicySpec, scope: Scope): Exception[] =>
  (rights?.allow ?? [])
    .filter((entry) => entry.scope === scope)
    .map(({ apiGroups, resources, verbs }) => ({
      apiGroups: new Set(apiGroups),
      resources: new Set(resources),
      verbs: new Set(verbs),
    }));

/** What of a grant no entry lists; each verb on each resource has to stand in one. */
function withoutListed({ apiGroup, resources, verbs }: Grant, exceptions: Exception[]): Grant[] {
  const ofGroup = exceptions.filter((entry) => entry.apiGroups.has(apiGroup));
  return verbs.flatMap((verb): Grant[] => {
    const ofVerb = ofGroup.filter((entry) => entry.verbs.has(verb));
    const left = resources.filter((resource) => !ofVerb.some((entry) => entry.resources.has(resource)));
    return left.length > 0 ? [{ apiGroup, resources: left, verbs: [verb] }] : [];
  });
}

/** More than these nobody reads, and a status has to hold them. */
const MAX_NAMES = 8;
const MAX_NAME = 64;

const unique = (values: string[]): string[] => [...new Set(values)].sort();

function listNames(values: string[]): string {
  const names = unique(values);
  const shown = names.slice(0, MAX_NAMES).map((name) => (name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name));
  return [...shown, ...(names.length > MAX_NAMES ? [`and ${names.length - MAX_NAMES} more`] : [])].join(', ');
}

const resourcesOf = ({ apiGroup, resources }: Grant): string[] =>
  resources.slice(0, MAX_NAMES + 1).map((resource) => (apiGroup === '' ? resource : `${resource}.${apiGroup}`));

export function describeGrants(grants: Grant[]): string {
  return `${listNames(grants.flatMap(({ verbs }) => verbs))} ${listNames(grants.flatMap(resourcesOf))}`;
}

function describePermit(grants: Grant[], scope: Scope): string {
  const list = (values: string[]): string => listNames(values.map((value) => value || '""'));
  const [apiGroups, resources, verbs] = [
    list(grants.map(({ apiGroup }) => apiGroup)),
    list(grants.flatMap((grant) => grant.resources)),
    list(grants.flatMap((grant) => grant.verbs)),
  ];
  return `spec.rights.allow with {scope: ${scope}, apiGroups: [${apiGroups}], resources: [${resources}], verbs: [${verbs}]} permits it`;
}

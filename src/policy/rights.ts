/** Rights that are refused unless the policy lists them, and those that nothing permits: one file each in dangers/. */
import type { Rule, SympoziumPolicySpec } from '../api/generated/types.ts';
import { CROSSPLANE } from './dangers/crossplane.ts';
import type { Danger, Grant } from './dangers/danger.ts';
import { EXEC } from './dangers/exec.ts';
import { IMPERSONATION } from './dangers/impersonation.ts';
import { NODES } from './dangers/nodes.ts';
import { RBAC } from './dangers/rbac.ts';
import { SECRETS } from './dangers/secrets.ts';
import { SERVICE_ACCOUNTS } from './dangers/serviceaccounts.ts';
import { SYMPOZIUM } from './dangers/sympozium.ts';
import { TOKENS } from './dangers/tokens.ts';
import { VOLUMES } from './dangers/volumes.ts';
import { WEBHOOKS } from './dangers/webhooks.ts';
import { WORKLOADS } from './dangers/workloads.ts';
import { type PackRule, sidecarPath } from './judged.ts';
import type { Denial } from './verdict.ts';

const DANGERS: readonly Danger[] = [
  IMPERSONATION,
  TOKENS,
  NODES,
  RBAC,
  WEBHOOKS,
  EXEC,
  WORKLOADS,
  SECRETS,
  SERVICE_ACCOUNTS,
  VOLUMES,
  CROSSPLANE,
  SYMPOZIUM,
];

const SCOPES = { rbac: 'Namespace', clusterRBAC: 'Cluster' } as const;

export const denyRights: PackRule = (pack, policy) =>
  (['rbac', 'clusterRBAC'] as const).flatMap((list) =>
    (pack.sidecar?.[list] ?? []).flatMap((rule, index) => {
      const grants = listGrants(rule, SCOPES[list]);
      return DANGERS.flatMap((danger): Denial[] => {
        const met = grants.filter((grant) => danger.isMet(grant) && !(danger.permissible && isListed(grant, policy)));
        if (met.length === 0) return [];
        return [
          {
            rule: danger.rule,
            path: `${sidecarPath(pack)}.${list}[${index}]`,
            found: describeGrants(met),
            why: danger.why,
            permit: danger.permissible ? describePermit(met) : 'nothing permits it',
            permissible: danger.permissible,
            right: { list, index },
          },
        ];
      });
    }),
  );

/** Every combination a rule grants; those with wildcards are refused anyway. */
function listGrants({ apiGroups, resources, verbs }: Rule, scope: Grant['scope']): Grant[] {
  return apiGroups.flatMap((apiGroup) =>
    resources.flatMap((resource) => verbs.map((verb): Grant => ({ scope, apiGroup, resource, verb }))),
  );
}

const isListed = ({ scope, apiGroup, resource, verb }: Grant, { rights }: SympoziumPolicySpec): boolean =>
  (rights?.allow ?? []).some(
    (allowed) =>
      allowed.scope === scope &&
      allowed.apiGroups.includes(apiGroup) &&
      allowed.resources.includes(resource) &&
      allowed.verbs.includes(verb),
  );

const unique = (values: string[]): string[] => [...new Set(values)].sort();

function describeGrants(grants: Grant[]): string {
  const resources = unique(grants.map(({ apiGroup, resource }) => (apiGroup === '' ? resource : `${resource}.${apiGroup}`)));
  return `${unique(grants.map(({ verb }) => verb)).join(', ')} ${resources.join(', ')}`;
}

function describePermit(grants: Grant[]): string {
  const list = (field: 'apiGroup' | 'resource' | 'verb'): string =>
    unique(grants.map((grant) => grant[field]))
      .map((value) => value || '""')
      .join(', ');
  const [{ scope } = { scope: 'Namespace' }] = grants;
  return `spec.rights.allow with {scope: ${scope}, apiGroups: [${list('apiGroup')}], resources: [${list('resource')}], verbs: [${list('verb')}]} permits it`;
}

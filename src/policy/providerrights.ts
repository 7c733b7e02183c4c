/**
 * The least that provider-kubernetes has to hold to run some packs. Kubernetes lets nobody grant what he does not hold, so
 * besides the kinds a run is made of it needs every right of every pack, in all namespaces, because any may have a run.
 */
import type { Rule, SkillPackSpec } from '../api/generated/types.ts';
import { equal, type JsonObject } from '../kube/json.ts';

const ROLE = 'function-skillpack:provider';
const RBAC = 'rbac.authorization.k8s.io';

/** What provider-kubernetes 1.2.1 was seen to need for a kind: it applies by patches. A workload is watched besides. */
const USES = ['get', 'create', 'patch', 'delete'];
const WATCHES = [...USES, 'list', 'watch'];

/** A ClusterRole and its binding to the provider's ServiceAccount of examples/install. */
export function buildProviderRights(packs: SkillPackSpec[]): JsonObject[] {
  const sidecars = packs.flatMap(({ sidecar }) => sidecar ?? []);
  const namespaced = sidecars.flatMap(({ rbac = [] }) => rbac);
  const clusterWide = sidecars.flatMap(({ clusterRBAC = [] }) => clusterRBAC);
  const serves = sidecars.some(({ requiresServer }) => requiresServer);
  const roles = [
    ...(namespaced.length > 0 ? ['roles', 'rolebindings'] : []),
    ...(clusterWide.length > 0 ? ['clusterroles', 'clusterrolebindings'] : []),
  ];
  const rules = [
    rule('', ['configmaps', 'serviceaccounts', ...(serves ? ['services'] : [])], USES),
    rule('batch', ['jobs'], WATCHES),
    ...(serves ? [rule('apps', ['deployments'], WATCHES)] : []),
    ...(roles.length > 0 ? [rule(RBAC, roles, USES)] : []),
    ...distinct([...namespaced, ...clusterWide]),
  ];
  return [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: ROLE },
      rules: rules as unknown as JsonObject[],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: ROLE },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: ROLE },
      subjects: [{ kind: 'ServiceAccount', name: 'provider-kubernetes', namespace: 'crossplane-system' }],
    },
  ];
}

const rule = (apiGroup: string, resources: string[], verbs: string[]): Rule => ({ apiGroups: [apiGroup], resources, verbs });

const distinct = (rules: Rule[]): Rule[] =>
  rules.filter((rule, index) => rules.findIndex((other) => equal(toJson(other), toJson(rule))) === index);

const toJson = (value: Rule): JsonObject => value as unknown as JsonObject;

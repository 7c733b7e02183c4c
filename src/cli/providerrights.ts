/**
 * The least that provider-kubernetes has to hold to run some packs. Kubernetes lets nobody grant what he does not hold, so
 * besides the kinds a run is made of it needs every right of every pack, in all namespaces, because any may have a run.
 */
import type { Rule, SkillPackSpec } from '../api/generated/types.ts';
import { equal, type JsonObject } from '../kube/json.ts';
import { PARTS, type Part } from '../run/parts.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** As in examples/install/3-provider-rights.yaml: two parts that a labelled role is put together from, so that neither overwrites it. */
const AGGREGATED = 'function-skillpack:provider';
const OBJECTS = 'function-skillpack:objects';
const PACK_RIGHTS = 'function-skillpack:pack-rights';
const LABELS = { 'skillpack.fn.crossplane.io/provider': 'true' };

/** What the provider has to hold for some packs: first for the kinds a run is made of, then what it hands out. */
export interface ProviderRules {
  objects: Rule[];
  packRights: Rule[];
}

/** The ClusterRoles under their names in examples/install, and the binding to the provider's ServiceAccount there. */
export function buildProviderRights(packs: SkillPackSpec[]): JsonObject[] {
  const { objects, packRights } = listProviderRules(packs);
  const part = (name: string, rules: Rule[]): JsonObject => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name, labels: LABELS },
    rules: rules as unknown as JsonObject[],
  });
  return [
    part(OBJECTS, objects),
    part(PACK_RIGHTS, packRights),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: AGGREGATED },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: LABELS }] },
      rules: [],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: AGGREGATED },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: AGGREGATED },
      subjects: [{ kind: 'ServiceAccount', name: 'provider-kubernetes', namespace: 'crossplane-system' }],
    },
  ];
}

export function listProviderRules(packs: SkillPackSpec[]): ProviderRules {
  const sidecars = packs.flatMap(({ sidecar }) => sidecar ?? []);
  const namespaced = sidecars.flatMap(({ rbac = [] }) => rbac);
  const clusterWide = sidecars.flatMap(({ clusterRBAC = [] }) => clusterRBAC);
  const serves = sidecars.some(({ requiresServer }) => requiresServer);
  const isUsed = ({ modes, madeFor }: Part): boolean =>
    (serves || modes.includes('task')) && (madeFor === undefined || (madeFor === 'rbac' ? namespaced : clusterWide).length > 0);
  return { objects: listKinds(PARTS.filter(isUsed)), packRights: distinct([...namespaced, ...clusterWide]) };
}

/** One rule for the kinds of an API group that need the same verbs, in alphabetical order. */
function listKinds(parts: readonly Part[]): Rule[] {
  const rules = new Map<string, Rule>();
  for (const { apiGroup, resource, verbs } of parts) {
    const key = `${apiGroup} ${verbs.join()}`;
    const before = rules.get(key)?.resources ?? [];
    rules.set(key, { apiGroups: [apiGroup], resources: [...before, resource], verbs: [...verbs] });
  }
  return [...rules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
}

const distinct = (rules: Rule[]): Rule[] =>
  rules.filter((rule, index) => rules.findIndex((other) => equal(toJson(other), toJson(rule))) === index);

const toJson = (value: Rule): JsonObject => value as unknown as JsonObject;

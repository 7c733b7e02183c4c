/**
 * The least that whoever makes the runs has to hold for some packs: Crossplane where it composes them directly, provider-kubernetes where
 * Objects do. Kubernetes lets nobody grant what he does not hold, so besides the kinds a run is made of it needs every right of every pack,
 * in all namespaces, because any may have a run. Nobody needs `escalate` or `bind`.
 */
import type { Network, Rule, SkillPackSpec } from '../../api/generated/types.ts';
import { equal, type JsonObject } from '../../kube/json.ts';
import { PARTS, type Part } from '../../run/parts.ts';

const RBAC = 'rbac.authorization.k8s.io';

export const MAKERS = ['crossplane', 'provider'] as const;
export type Maker = (typeof MAKERS)[number];

/** Of the rights that packs ask for: all, or those in the namespace of a run (rbac), or those in the whole cluster (clusterRBAC). */
export const SCOPES = ['all', 'namespace', 'cluster'] as const;
export type Scope = (typeof SCOPES)[number];

/** Each part of what a maker holds has this label, and Kubernetes puts them together. */
const LABELS: Record<Maker, Record<string, string>> = {
  crossplane: { 'rbac.crossplane.io/aggregate-to-crossplane': 'true' },
  provider: { 'skillpack.fn.crossplane.io/provider': 'true' },
};

const READ = ['get', 'list', 'watch'];

/** Crossplane applies and deletes what it composes, takes its labels off before that, and watches every kind. */
const COMPOSED = [...READ, 'create', 'update', 'patch', 'delete'];

export interface NamedPack {
  name: string;
  spec: SkillPackSpec;
}

/** What is to be held: for the kinds a run is made of, for those that bound what it reaches, and by pack for what it hands out. */
export interface Needed {
  kinds: Rule[];
  network: Rule[];
  packs: { name: string; rules: Rule[] }[];
}

/** What is to be held, and for which packs. */
export interface Holder {
  maker: Maker;
  scope: Scope;
  /** Whether it reads the Pods of runs as well; see podStatus in Settings. */
  readsPods?: boolean;
  /** The dialects of the policies that isolate runs. */
  dialects?: Network['dialect'][];
}

export function listNeeded({ maker, scope, readsPods = false, dialects = [] }: Holder, packs: NamedPack[]): Needed {
  const sidecars = packs.flatMap(({ spec: { sidecar } }) => sidecar ?? []);
  const asked = { rbac: sidecars.some(({ rbac = [] }) => rbac.length > 0), clusterRBAC: sidecars.some(asksForCluster) };
  const serves = sidecars.some(({ requiresServer }) => requiresServer);
  const isUsed = ({ modes, madeFor, scope: own, dialect }: Part): boolean =>
    (dialect === undefined || dialects.includes(dialect)) &&
    (serves || modes.includes('task')) &&
    (madeFor === undefined || asked[madeFor]) &&
    (scope === 'all' || (own === 'Cluster') === (scope === 'cluster'));
  const rulesOf = ({ sidecar }: SkillPackSpec): Rule[] => [
    ...(scope === 'cluster' ? [] : (sidecar?.rbac ?? [])),
    ...(scope === 'namespace' ? [] : (sidecar?.clusterRBAC ?? [])),
  ];
  return {
    kinds: listKinds(
      [...(readsPods ? [PODS] : []), ...PARTS.filter(isUsed).filter(({ dialect }) => dialect === undefined)],
      maker,
    ),
    network: PARTS.filter(isUsed)
      .filter(({ dialect }) => dialect !== undefined)
      .flatMap((part) => [...listKinds([part], maker), ownerOf(part)]),
    packs: packs.map(({ name, spec }) => ({ name, rules: distinct(rulesOf(spec)) })).filter(({ rules }) => rules.length > 0),
  };
}

/** To make something wait for what it owns is a right of its own where the API server checks it, as OpenShift's does. */
const ownerOf = ({ apiGroup, resource }: Part): Rule => ({
  apiGroups: [apiGroup],
  resources: [`${resource}/finalizers`],
  verbs: ['update'],
});

const asksForCluster = ({ clusterRBAC = [] }: NonNullable<SkillPackSpec['sidecar']>): boolean => clusterRBAC.length > 0;

/** The ClusterRoles under their names in examples/install; for the provider also the one they are put together in, and its binding. */
export function buildRights(holder: Holder, named: NamedPack[]): JsonObject[] {
  const { maker } = holder;
  const { kinds, network, packs } = listNeeded(holder, named);
  const part = (name: string, rules: Rule[]): JsonObject => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: `function-skillpack:${maker}-${name}`, labels: LABELS[maker] },
    rules: rules as unknown as JsonObject[],
  });
  return [
    part('kinds', kinds),
    ...(network.length > 0 ? [part('network', network)] : []),
    ...packs.map(({ name, rules }) => part(`pack:${name}`, rules)),
    ...(maker === 'provider' ? PROVIDER : []),
  ];
}

const AGGREGATED = 'function-skillpack:provider';

/** Crossplane's own ClusterRole takes up what has its label; provider-kubernetes has none that does. */
const PROVIDER: JsonObject[] = [
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: AGGREGATED },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: LABELS.provider }] },
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

/** Crossplane watches what it is asked for; provider-kubernetes lists, and then gets. */
const PODS = { apiGroup: '', resource: 'pods', verbs: ['get', 'list'], isRead: true };

/** One rule for the kinds of an API group that need the same verbs, in alphabetical order. */
function listKinds(
  parts: readonly (Pick<Part, 'apiGroup' | 'resource' | 'verbs'> & { isRead?: boolean })[],
  maker: Maker,
): Rule[] {
  const rules = new Map<string, Rule>();
  for (const { apiGroup, resource, verbs: ofProvider, isRead = false } of parts) {
    const verbs = maker === 'provider' ? ofProvider : isRead ? READ : COMPOSED;
    const key = `${apiGroup} ${verbs.join()}`;
    const before = rules.get(key)?.resources ?? [];
    rules.set(key, { apiGroups: [apiGroup], resources: [...before, resource], verbs: [...verbs] });
  }
  return [...rules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
}

const distinct = (rules: Rule[]): Rule[] =>
  rules.filter((rule, index) => rules.findIndex((other) => equal(toJson(other), toJson(rule))) === index);

const toJson = (value: Rule): JsonObject => value as unknown as JsonObject;

/**
 * The least that whoever makes the runs has to hold for some packs: Crossplane where it composes them directly, provider-kubernetes where
 * Objects do. Kubernetes lets nobody grant what he does not hold, so besides the kinds a run is made of it needs every right of every pack,
 * in all namespaces, because any may have a run. Nobody needs `escalate` or `bind`.
 */
import type { Network, Rule, SkillPackSpec } from '../../api/generated/types.ts';
import { equal, type JsonObject } from '../../kube/json.ts';
import { type Part as Made, PARTS } from '../../run/parts.ts';

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

/** Some rights under a name that always means the same ones, so that who applies those of one pack takes nothing from another. */
export interface Part {
  name: string;
  rules: Rule[];
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

/** What is to be held, in parts: for what every run is made of, for what only some are made of, and by pack for what it hands out. */
export function listNeeded({ maker, scope, readsPods = false, dialects = [] }: Holder, packs: NamedPack[]): Part[] {
  const sidecars = packs.flatMap(({ spec: { sidecar } }) => sidecar ?? []);
  const asked = { rbac: sidecars.some(({ rbac = [] }) => rbac.length > 0), clusterRBAC: sidecars.some(asksForCluster) };
  const serves = sidecars.some(({ requiresServer }) => requiresServer);
  const isUsed = ({ modes, madeFor, scope: own, dialect }: Made): boolean =>
    (dialect === undefined || dialects.includes(dialect)) &&
    (serves || modes.includes('task')) &&
    (madeFor === undefined || asked[madeFor]) &&
    (scope === 'all' || (own === 'Cluster') === (scope === 'cluster'));
  const rulesOf = ({ sidecar }: SkillPackSpec): Rule[] => [
    ...(scope === 'cluster' ? [] : (sidecar?.rbac ?? [])),
    ...(scope === 'namespace' ? [] : (sidecar?.clusterRBAC ?? [])),
  ];
  const used = PARTS.filter(isUsed);
  const made = [...new Set(used.map(nameOfPart))].map((name) => ({
    name,
    rules: rulesOfMade(
      used.filter((part) => nameOfPart(part) === name),
      maker,
    ),
  }));
  return [
    ...made,
    ...(readsPods ? [{ name: 'pods', rules: listKinds([PODS], maker) }] : []),
    ...packs
      .map(({ name, spec }) => ({ name: `pack:${name}`, rules: distinct(rulesOf(spec)) }))
      .filter(({ rules }) => rules.length > 0),
  ];
}

/** For which runs something is made. */
function nameOfPart({ madeFor, modes, dialect }: Made): string {
  if (dialect !== undefined) return dialect === 'Cilium' ? 'network-cilium' : 'network';
  if (madeFor !== undefined) return madeFor === 'rbac' ? 'rights' : 'cluster-rights';
  return modes.includes('task') ? 'runs' : 'servers';
}

const rulesOfMade = (made: Made[], maker: Maker): Rule[] => [
  ...listKinds(made, maker),
  ...made.filter(({ dialect }) => dialect !== undefined).map(ownerOf),
];

/** To make something wait for what it owns is a right of its own where the API server checks it, as OpenShift's does. */
const ownerOf = ({ apiGroup, resource }: Made): Rule => ({
  apiGroups: [apiGroup],
  resources: [`${resource}/finalizers`],
  verbs: ['update'],
});

const asksForCluster = ({ clusterRBAC = [] }: NonNullable<SkillPackSpec['sidecar']>): boolean => clusterRBAC.length > 0;

/** The ClusterRoles. Crossplane's own takes up what has its label, and for the provider that of examples/install/3-provider-rights.yaml. */
export const buildRights = (holder: Holder, packs: NamedPack[]): JsonObject[] =>
  listNeeded(holder, packs).map(({ name, rules }) => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: `function-skillpack:${holder.maker}-${name}`, labels: LABELS[holder.maker] },
    rules: rules as unknown as JsonObject[],
  }));

/** Crossplane watches what it is asked for; provider-kubernetes lists, and then gets. */
const PODS = { apiGroup: '', resource: 'pods', verbs: ['get', 'list'], isRead: true };

/** One rule for the kinds of an API group that need the same verbs, in alphabetical order. */
function listKinds(
  parts: readonly (Pick<Made, 'apiGroup' | 'resource' | 'verbs'> & { isRead?: boolean })[],
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

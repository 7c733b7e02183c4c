/**
 * The objects a run is made of, one row an object. The limits on their number, what leaves at the end of a run, what waits for what, and the
 * rights of whoever makes runs (cli/rights.ts) follow from this table.
 */

import { runClusterRoleName, runObjectName, runSkillsName } from '../api/names.ts';
import { END_CONDITIONS, hasEnded } from '../kube/job.ts';
import { type JsonObject, textAt, valueAt } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';
import { buildCiliumNetworkPolicy } from '../manifests/ciliumnetworkpolicy.ts';
import { buildRunConfigMap } from '../manifests/configmap.ts';
import { buildJob } from '../manifests/job.ts';
import { buildNetworkPolicy } from '../manifests/networkpolicy.ts';
import { buildClusterRole, buildClusterRoleBinding, buildRole, buildRoleBinding } from '../manifests/rbac.ts';
import { buildDeployment, buildService } from '../manifests/server.ts';
import { buildServiceAccount } from '../manifests/serviceaccount.ts';
import { MODES, type Mode, type Reach, type ResolvedRun } from '../model/run.ts';
import type { Kind, Readiness } from '../objects/carrier.ts';

interface Row extends Kind {
  /** The kind as RBAC names it. */
  resource: string;
  /** The modes of the runs that may have it. */
  modes: readonly Mode[];
  /** The list of a pack's rights that it is made for; absent: it is made for other reasons. */
  madeFor?: 'rbac' | 'clusterRBAC';
  /** The identity of a run and its rights leave at the first sign of its end. An identity by itself grants nothing. */
  carries: 'nothing' | 'identity' | 'rights';
  /** Whether it stays for a while after a Job that ended by itself, so that its log can be read. */
  keptForLogs: boolean;
  /** Bounds what the Pods of the run reach, in this dialect: it goes after what makes them. */
  dialect?: Reach['dialect'];
  /** The part that has to be ready before this one is made. */
  madeAfter?: string;
  /** When the real object is ready; default as soon as it is applied. */
  readyWhen?: Readiness;
  /** Whether it runs Pods: it carries the plan, what it made goes before it, and the provider watches it. */
  isWorkload: boolean;
  /** Whether the provider may update the real object only between its release and its start. */
  isFixed: boolean;
  /** What the provider has to be allowed to do with it. */
  verbs: readonly string[];
  /** The name of the real object. */
  nameOf: (run: { id: string; namespace: string }) => string;
  /** The manifest, or undefined for a run that needs none. */
  build: (run: ResolvedRun) => Manifest | undefined;
}

/** A Job is ready at its end: the provider polls a ready Object every 10 minutes, and another one every 30 seconds. */
const JOB_ENDED: Readiness = {
  celQuery:
    'has(object.status) && has(object.status.conditions) && object.status.conditions.exists(c, ' +
    `c.type in [${END_CONDITIONS.map((type) => `"${type}"`).join(', ')}] && c.status == "True")`,
  isMet: hasEnded,
};

/** The condition Available is true of a Deployment without replicas too. */
const DEPLOYMENT_AVAILABLE: Readiness = {
  celQuery: 'has(object.status) && has(object.status.availableReplicas) && object.status.availableReplicas > 0',
  isMet: (deployment: JsonObject) => Number(valueAt(deployment, 'status', 'availableReplicas') ?? 0) > 0,
};

/** provider-kubernetes applies by patches. It watches workloads, where it watches anything. */
const APPLIED = ['get', 'create', 'patch', 'delete'];
const WATCHED = [...APPLIED, 'list', 'watch'];

const NAMESPACED = { scope: 'Namespaced' } as const;
const CORE = { ...NAMESPACED, apiVersion: 'v1' } as const;
const RBAC = { ...NAMESPACED, apiVersion: 'rbac.authorization.k8s.io/v1' } as const;

const NAMED = { nameOf: ({ id }: { id: string }) => runObjectName(id) } as const;
const CLUSTER = {
  scope: 'Cluster',
  nameOf: ({ id, namespace }: { id: string; namespace: string }) => runClusterRoleName(namespace, id),
} as const;

const PLAIN = { ...NAMED, modes: MODES, keptForLogs: false, isWorkload: false, isFixed: false, verbs: APPLIED } as const;

/**
 * By resource name, in the order they are made. A resource name is permanent: another one would delete the object of a living run and make
 * it anew.
 */
const ROWS = {
  'agentrun-configmap': {
    ...PLAIN,
    ...CORE,
    kind: 'ConfigMap',
    resource: 'configmaps',
    nameOf: ({ id }: { id: string }) => runSkillsName(id),
    carries: 'nothing',
    keptForLogs: true,
    build: buildRunConfigMap,
  },
  'agentrun-serviceaccount': {
    ...PLAIN,
    ...CORE,
    kind: 'ServiceAccount',
    resource: 'serviceaccounts',
    carries: 'identity',
    build: buildServiceAccount,
  },
  'agentrun-role': {
    ...PLAIN,
    ...RBAC,
    kind: 'Role',
    resource: 'roles',
    madeFor: 'rbac',
    carries: 'rights',
    build: buildRole,
  },
  // A provider without the right to bind may bind a role whose rights it holds, which nobody can tell of a role that does not exist.
  'agentrun-rolebinding': {
    ...PLAIN,
    ...RBAC,
    kind: 'RoleBinding',
    resource: 'rolebindings',
    madeFor: 'rbac',
    carries: 'rights',
    madeAfter: 'agentrun-role',
    build: buildRoleBinding,
  },
  'agentrun-clusterrole': {
    ...PLAIN,
    ...RBAC,
    ...CLUSTER,
    kind: 'ClusterRole',
    resource: 'clusterroles',
    madeFor: 'clusterRBAC',
    carries: 'rights',
    build: buildClusterRole,
  },
  'agentrun-clusterrolebinding': {
    ...PLAIN,
    ...RBAC,
    ...CLUSTER,
    kind: 'ClusterRoleBinding',
    resource: 'clusterrolebindings',
    madeFor: 'clusterRBAC',
    carries: 'rights',
    madeAfter: 'agentrun-clusterrole',
    build: buildClusterRoleBinding,
  },
  'agentrun-networkpolicy': {
    ...PLAIN,
    ...NAMESPACED,
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    carries: 'nothing',
    keptForLogs: true,
    dialect: 'Kubernetes',
    build: buildNetworkPolicy,
  },
  'agentrun-ciliumnetworkpolicy': {
    ...PLAIN,
    ...NAMESPACED,
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    resource: 'ciliumnetworkpolicies',
    carries: 'nothing',
    keptForLogs: true,
    dialect: 'Cilium',
    build: buildCiliumNetworkPolicy,
  },
  'agentrun-service': {
    ...PLAIN,
    modes: ['server'],
    ...CORE,
    kind: 'Service',
    resource: 'services',
    carries: 'nothing',
    build: buildService,
  },
  'agentrun-job': {
    modes: ['task'],
    ...NAMESPACED,
    ...NAMED,
    apiVersion: 'batch/v1',
    kind: 'Job',
    resource: 'jobs',
    carries: 'nothing',
    keptForLogs: true,
    readyWhen: JOB_ENDED,
    isWorkload: true,
    isFixed: true,
    verbs: WATCHED,
    build: buildJob,
  },
  'agentrun-deployment': {
    modes: ['server'],
    ...NAMESPACED,
    ...NAMED,
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    resource: 'deployments',
    carries: 'nothing',
    keptForLogs: false,
    readyWhen: DEPLOYMENT_AVAILABLE,
    isWorkload: true,
    isFixed: false,
    verbs: WATCHED,
    build: buildDeployment,
  },
} as const satisfies Record<string, Row>;

export type PartKey = keyof typeof ROWS;

/** What a part waits for is a part: another name does not compile. */
true satisfies [Exclude<Extract<(typeof ROWS)[PartKey], { madeAfter: string }>['madeAfter'], PartKey>] extends [never]
  ? true
  : never;

export type Part = Row & { key: PartKey; apiGroup: string; madeAfter?: PartKey };

export const PARTS: readonly Part[] = Object.entries<Row>(ROWS).map(
  ([key, row]) => ({ key, apiGroup: groupOf(row.apiVersion), ...row }) as Part,
);

/** The part of an apiVersion before the slash; an empty text for the core group. */
function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

const keysOf = (isMeant: (part: Part) => boolean): readonly PartKey[] => PARTS.filter(isMeant).map(({ key }) => key);

const BY_KEY: ReadonlyMap<string, Part> = new Map(PARTS.map((part) => [part.key, part]));

/** The part under a resource name, or undefined for the name of something else. */
export const partOf = (key: string): Part | undefined => BY_KEY.get(key);

/**
 * Whether something that carries the labels of a run is what it says: a part of it, of its kind and under its name. Anybody may write labels.
 *
 * @param desired the real object as it was asked for
 */
export function isPartOf(run: { id: string; namespace: string }, desired: JsonObject, label: string): boolean {
  const part = partOf(label);
  const { kind, apiVersion } = desired;
  return part?.kind === kind && part?.apiVersion === apiVersion && part?.nameOf(run) === textAt(desired, 'metadata', 'name');
}

/** What a run may do, and as whom. */
export const RIGHTS = keysOf(({ carries }) => carries !== 'nothing');

/** What lets a run do anything. */
export const GRANTS = keysOf(({ carries }) => carries === 'rights');

/** What holds for the Pods of a run, and what makes them. */
export const COVERS = keysOf(({ dialect }) => dialect !== undefined);
export const WORKLOADS = keysOf(({ isWorkload }) => isWorkload);

/** What a Job that ended by itself leaves for a while. */
export const KEPT_FOR_LOGS = keysOf(({ keptForLogs }) => keptForLogs);

const BY_MODE: Record<Mode, readonly Part[]> = {
  task: PARTS.filter(({ modes }) => modes.includes('task')),
  server: PARTS.filter(({ modes }) => modes.includes('server')),
};

/** The parts a run may have, at most: 8 for a task and 9 for a server, however many packs. */
export const partsOf = (mode: Mode): readonly Part[] => BY_MODE[mode];

/** Whether a key is among some parts. */
export const isAmong = (keys: readonly PartKey[], key: string): boolean => keys.some((part) => part === key);

/**
 * The rights of a run: at most one Role and one ClusterRole, however many packs ask, because all sidecars of a Pod
 * share its ServiceAccount anyway. Which pack asked for what stands in the status of the run.
 */
import type {
  IClusterRole as ClusterRole,
  IClusterRoleBinding as ClusterRoleBinding,
  IPolicyRule as PolicyRule,
  IRole as Role,
  IRoleBinding as RoleBinding,
} from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { Rule } from '../api/generated/types.ts';
import { runClusterRoleName, runObjectName } from '../api/names.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import { packsWithSidecar, type ResolvedRun } from '../model/run.ts';
import { runMetadata } from './metadata.ts';

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;

const namespaceRules = (run: ResolvedRun): Rule[] => packsWithSidecar(run).flatMap(({ sidecar }) => sidecar.rbac ?? []);
const clusterRules = (run: ResolvedRun): Rule[] => packsWithSidecar(run).flatMap(({ sidecar }) => sidecar.clusterRBAC ?? []);

/** The rights of the run in its namespace; none when no pack asks for any. */
export function buildRole(run: ResolvedRun): Manifest | undefined {
  const rules = namespaceRules(run);
  if (rules.length === 0) return undefined;
  const metadata = runMetadata(run, runObjectName(run.id));
  return toManifest<Role>({ apiVersion: API_VERSION, kind: 'Role', metadata, rules: rules.map(policyRule) });
}

export function buildRoleBinding(run: ResolvedRun): Manifest | undefined {
  if (namespaceRules(run).length === 0) return undefined;
  const name = runObjectName(run.id);
  return toManifest<RoleBinding>({
    apiVersion: API_VERSION,
    kind: 'RoleBinding',
    metadata: runMetadata(run, name),
    roleRef: { apiGroup: GROUP, kind: 'Role', name },
    subjects: subjects(run),
  });
}

/** The rights of the run in the whole cluster; none when no pack asks for any. */
export function buildClusterRole(run: ResolvedRun): Manifest | undefined {
  const rules = clusterRules(run);
  if (rules.length === 0) return undefined;
  const metadata = runMetadata(run, runClusterRoleName(run.namespace, run.id), 'Cluster');
  return toManifest<ClusterRole>({ apiVersion: API_VERSION, kind: 'ClusterRole', metadata, rules: rules.map(policyRule) });
}

export function buildClusterRoleBinding(run: ResolvedRun): Manifest | undefined {
  if (clusterRules(run).length === 0) return undefined;
  const name = runClusterRoleName(run.namespace, run.id);
  return toManifest<ClusterRoleBinding>({
    apiVersion: API_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: runMetadata(run, name, 'Cluster'),
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
    subjects: subjects(run),
  });
}

const policyRule = ({ apiGroups, resources, verbs, resourceNames }: Rule): PolicyRule => ({
  apiGroups,
  resources,
  verbs,
  ...(resourceNames !== undefined && resourceNames.length > 0 && { resourceNames }),
});

const subjects = (run: ResolvedRun) => [{ kind: 'ServiceAccount', name: runObjectName(run.id), namespace: run.namespace }];

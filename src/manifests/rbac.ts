/**
 * The rights of a run: at most one Role and one ClusterRole, however many packs ask, because all sidecars of a Pod
 * share its ServiceAccount anyway. Which pack asked for what stands in the status of the run.
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from 'kubernetes-types/rbac/v1.js';
import type { Rule } from '../api/generated/types.ts';
import { runClusterRoleName, runObjectName } from '../api/names.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import { packsWithSidecar, type ResolvedRun } from '../model/run.ts';
import { runMetadata } from './metadata.ts';

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;

/** Role and RoleBinding in the namespace of the run; none when no pack asks for namespaced rights. */
export function buildNamespaceRights(run: ResolvedRun): { role: Manifest; binding: Manifest } | undefined {
  const rules = packsWithSidecar(run).flatMap(({ sidecar }) => sidecar.rbac ?? []);
  if (rules.length === 0) return undefined;
  const name = runObjectName(run.id);
  const metadata = runMetadata(run, name);
  return {
    role: toManifest<Role>({ apiVersion: API_VERSION, kind: 'Role', metadata, rules: rules.map(policyRule) }),
    binding: toManifest<RoleBinding>({
      apiVersion: API_VERSION,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: GROUP, kind: 'Role', name },
      subjects: subjects(run),
    }),
  };
}

/** ClusterRole and ClusterRoleBinding of the run; none when no pack asks for rights in the whole cluster. */
export function buildClusterRights(run: ResolvedRun): { role: Manifest; binding: Manifest } | undefined {
  const rules = packsWithSidecar(run).flatMap(({ sidecar }) => sidecar.clusterRBAC ?? []);
  if (rules.length === 0) return undefined;
  const name = runClusterRoleName(run.namespace, run.id);
  const metadata = runMetadata(run, name, 'Cluster');
  return {
    role: toManifest<ClusterRole>({ apiVersion: API_VERSION, kind: 'ClusterRole', metadata, rules: rules.map(policyRule) }),
    binding: toManifest<ClusterRoleBinding>({
      apiVersion: API_VERSION,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
      subjects: subjects(run),
    }),
  };
}

const policyRule = ({ apiGroups, resources, verbs, resourceNames }: Rule): PolicyRule => ({
  apiGroups,
  resources,
  verbs,
  ...(resourceNames !== undefined && resourceNames.length > 0 && { resourceNames }),
});

const subjects = (run: ResolvedRun) => [{ kind: 'ServiceAccount', name: runObjectName(run.id), namespace: run.namespace }];

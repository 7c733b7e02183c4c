/** The authorizer of the model: who may do what, read from roles and bindings as Kubernetes reads them. */
import type { Rule } from '../api/generated/types.ts';
import { type JsonObject, listAt, objectAt, textAt } from '../kube/json.ts';
import type { ApiServer } from './apiserver.ts';

/** A rule of a role, bound to a ServiceAccount. */
export interface BoundRule {
  /** `namespace/name` of a ServiceAccount. */
  serviceAccount: string;
  /** Absent for rights in the whole cluster. */
  namespace?: string;
  rule: Rule;
}

export const RBAC_KINDS = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** Why a binding cannot be made: without the right to bind, nobody can tell whether he may hand out a role that does not exist. */
export function refuseBinding(api: ApiServer, binding: JsonObject): string | undefined {
  const { kind, name } = objectAt(binding, 'roleRef');
  const namespace = textAt(binding, 'metadata', 'namespace');
  const role = { kind, metadata: { name, ...(kind === 'Role' && { namespace }) } };
  return kind !== undefined && api.get(role) === undefined ? `${kind} ${name} not found` : undefined;
}

/** Every rule of every role that exists, for every ServiceAccount that is bound to it. */
export function listBoundRules(api: ApiServer): BoundRule[] {
  return [...api.list('RoleBinding'), ...api.list('ClusterRoleBinding')].flatMap((binding) => {
    const namespace = textAt(binding, 'metadata', 'namespace');
    const { kind = '', name = '' } = objectAt(binding, 'roleRef');
    const role = api.get({ kind, metadata: { name, ...(kind === 'Role' && namespace !== undefined && { namespace }) } });
    const rules = listAt(role, 'rules') as JsonObject[] as unknown as Rule[];
    const accounts = listAt(binding, 'subjects').map((subject) => `${textAt(subject, 'namespace')}/${textAt(subject, 'name')}`);
    return accounts.flatMap((serviceAccount) =>
      rules.map((rule) => ({ serviceAccount, ...(namespace !== undefined && { namespace }), rule })),
    );
  });
}

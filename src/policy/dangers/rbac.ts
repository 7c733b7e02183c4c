import { type Danger, isWrite } from './danger.ts';

export const RBAC: Danger = {
  rule: 'rbac-writes',
  why: 'whoever writes roles and bindings hands out rights, to himself too',
  permissible: false,
  isMet: (grant) => grant.apiGroup === 'rbac.authorization.k8s.io' && isWrite(grant),
};

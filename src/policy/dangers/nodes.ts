import { type Danger, isFor, isWrite } from './danger.ts';

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes */
export const NODES: Danger = {
  rule: 'nodes',
  why: 'the API of a node runs commands in every Pod on it, and a node that is changed draws other Pods to itself',
  permissible: false,
  isMet: (grant) => isFor(grant, '', ['nodes']) && (grant.resource === 'nodes/proxy' || isWrite(grant)),
};

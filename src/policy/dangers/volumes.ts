import { type Danger, isFor, isMaking } from './danger.ts';

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#persistent-volume-creation */
export const VOLUMES: Danger = {
  rule: 'persistent-volumes',
  why: 'a PersistentVolume can be any directory of a node',
  permissible: true,
  isMet: (grant) => isFor(grant, '', ['persistentvolumes']) && isMaking(grant),
};

import { type Danger, isFor, isMaking } from './danger.ts';

const KINDS: Record<string, string[]> = {
  '': ['pods', 'replicationcontrollers', 'podtemplates'],
  apps: ['deployments', 'daemonsets', 'statefulsets', 'replicasets', 'controllerrevisions'],
  batch: ['jobs', 'cronjobs'],
};

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation */
export const WORKLOADS: Danger = {
  rule: 'workloads',
  why: 'a Pod can mount any Secret and use any ServiceAccount of its namespace',
  permissible: true,
  isMet: (grant) =>
    isMaking(grant) &&
    !grant.resource.includes('/') &&
    Object.entries(KINDS).some(([group, resources]) => isFor(grant, group, resources)),
};

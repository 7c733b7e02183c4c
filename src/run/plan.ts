/** Which objects a run is made of, under which resource names, and when each is ready. */
import type { Manifest } from '../kube/manifest.ts';
import { buildRunConfigMap } from '../manifests/configmap.ts';
import { buildJob } from '../manifests/job.ts';
import { buildClusterRights, buildNamespaceRights } from '../manifests/rbac.ts';
import type { ResolvedRun } from '../manifests/run.ts';
import { buildDeployment, buildService } from '../manifests/server.ts';
import { buildServiceAccount } from '../manifests/serviceaccount.ts';
import { hasSkills } from '../manifests/volumes.ts';

/** Resource names. Permanent: another name would delete the object of a living run and make it anew. */
export type PartKey =
  | 'agentrun-configmap'
  | 'agentrun-serviceaccount'
  | 'agentrun-role'
  | 'agentrun-rolebinding'
  | 'agentrun-clusterrole'
  | 'agentrun-clusterrolebinding'
  | 'agentrun-job'
  | 'agentrun-deployment'
  | 'agentrun-service';

export interface Part {
  key: PartKey;
  manifest: Manifest;
  /** CEL over the real object; default as soon as it is applied. */
  readyWhen?: string;
}

/** The Job or the Deployment: the part that runs. */
export const WORKLOADS: readonly PartKey[] = ['agentrun-job', 'agentrun-deployment'];

/** A Job is ready at its end: a ready Object is polled every 10 minutes, one that is not every 30 seconds. */
const JOB_ENDED =
  'has(object.status) && has(object.status.conditions) && object.status.conditions.exists(c, ' +
  'c.type in ["FailureTarget", "SuccessCriteriaMet", "Complete", "Failed"] && c.status == "True")';

const DEPLOYMENT_AVAILABLE =
  'has(object.status) && has(object.status.conditions) && object.status.conditions.exists(c, ' +
  'c.type == "Available" && c.status == "True")';

/** At most 7 parts for a task, 8 for a server, however many packs. */
export function planRun(run: ResolvedRun): Part[] {
  const parts: Part[] = [];
  if (hasSkills(run)) parts.push({ key: 'agentrun-configmap', manifest: buildRunConfigMap(run) });
  parts.push({ key: 'agentrun-serviceaccount', manifest: buildServiceAccount(run) });
  const namespaceRights = buildNamespaceRights(run);
  if (namespaceRights !== undefined) {
    parts.push({ key: 'agentrun-role', manifest: namespaceRights.role });
    parts.push({ key: 'agentrun-rolebinding', manifest: namespaceRights.binding });
  }
  const clusterRights = buildClusterRights(run);
  if (clusterRights !== undefined) {
    parts.push({ key: 'agentrun-clusterrole', manifest: clusterRights.role });
    parts.push({ key: 'agentrun-clusterrolebinding', manifest: clusterRights.binding });
  }
  if (run.mode === 'task') {
    parts.push({ key: 'agentrun-job', manifest: buildJob(run), readyWhen: JOB_ENDED });
  } else {
    parts.push({ key: 'agentrun-deployment', manifest: buildDeployment(run), readyWhen: DEPLOYMENT_AVAILABLE });
    parts.push({ key: 'agentrun-service', manifest: buildService(run) });
  }
  return parts;
}

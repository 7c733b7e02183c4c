import type { IJob as Job, IPodFailurePolicy as PodFailurePolicy } from 'kubernetes-models/batch/v1';
import { AGENT, runObjectName } from '../api/names.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import { packsWithSidecar, type ResolvedRun } from '../model/run.ts';
import { buildAgent, buildSidecar } from './containers.ts';
import { podMetadata, runMetadata } from './metadata.ts';
import { buildPodBase } from './pod.ts';

/** The agent ends itself at its timeout; the Job a minute later, the Pod a little after that, should the Job be gone. */
const JOB_GRACE_SECONDS = 60;
const POD_GRACE_SECONDS = 90;

/**
 * A Job without a second try fails with or without these rules. With them its condition tells the exit code of the agent, or that the Pod
 * was evicted, whatever code the agent had when it was ended for that: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
const FAILURES_TOLD: PodFailurePolicy = {
  rules: [
    { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { containerName: AGENT, operator: 'NotIn', values: [0] } },
  ],
};

/**
 * The Job of a task run, suspended: nothing starts before everything it was promised exists.
 *
 * It runs at most one Pod, once. Sidecars are native (init containers that restart always), so the Job ends when the
 * agent does even if a sidecar sleeps for ever. The finalizer lets its deletion take the Pod along also where somebody
 * deletes it without a propagation policy, after which batch/v1 orphans the Pod. It is inert on a live Job.
 */
export function buildJob(run: ResolvedRun): Manifest {
  const timeout = Math.ceil(run.timeoutSeconds);
  const sidecars = packsWithSidecar(run).map((pack) => ({ ...buildSidecar(run, pack), restartPolicy: 'Always' }));
  return toManifest<Job>({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...runMetadata(run, runObjectName(run.id)), finalizers: ['foregroundDeletion'] },
    spec: {
      suspend: true,
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: FAILURES_TOLD,
      activeDeadlineSeconds: timeout + JOB_GRACE_SECONDS,
      template: {
        metadata: podMetadata(run),
        spec: {
          restartPolicy: 'Never',
          activeDeadlineSeconds: timeout + POD_GRACE_SECONDS,
          ...buildPodBase(run),
          ...(sidecars.length > 0 && { initContainers: sidecars }),
          containers: [buildAgent(run)],
        },
      },
    },
  });
}

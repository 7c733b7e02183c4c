import type { IJob as Job, IPodFailurePolicy as PodFailurePolicy } from 'kubernetes-models/batch/v1';
import type { IProbe as Probe } from 'kubernetes-models/v1';
import { AGENT, runObjectName } from '../api/names.ts';
import { type Manifest, toManifest } from '../kube/manifest.ts';
import { packsWithSidecar, type ResolvedRun } from '../model/run.ts';
import { buildAgent, buildSidecar } from './containers.ts';
import { podMetadata, runMetadata } from './metadata.ts';
import { buildPodBase } from './pod.ts';

/**
 * The timeout is the agent's, from its own start. It ends itself, or the node ends it a minute later. The Job has a deadline for both and for
 * the start of its Pod, however long the image takes, and the Pod a little after that, should the Job be gone.
 */
const AGENT_GRACE_SECONDS = 60;
const POD_GRACE_SECONDS = 30;

/** What the start of a Pod counts for where nobody says how long it may take. */
const START_SECONDS = 300;

/**
 * A probe at a port on which nobody listens: it fails when it is first made, and counts from the start of the container.
 * https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/. One whose Pod listens
 * there has the deadline of its Job.
 */
const endAfter = (seconds: number): Probe => ({
  tcpSocket: { port: 1 },
  initialDelaySeconds: seconds,
  periodSeconds: 5,
  failureThreshold: 1,
});

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
  const agentSeconds = Math.ceil(run.timeoutSeconds) + AGENT_GRACE_SECONDS;
  const jobSeconds = Math.ceil(run.startTimeoutSeconds ?? START_SECONDS) + agentSeconds;
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
      activeDeadlineSeconds: jobSeconds,
      template: {
        metadata: podMetadata(run),
        spec: {
          restartPolicy: 'Never',
          activeDeadlineSeconds: jobSeconds + POD_GRACE_SECONDS,
          ...buildPodBase(run),
          ...(sidecars.length > 0 && { initContainers: sidecars }),
          containers: [{ ...buildAgent(run), livenessProbe: endAfter(agentSeconds) }],
        },
      },
    },
  });
}

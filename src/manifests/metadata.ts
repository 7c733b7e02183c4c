/** Names, labels and annotations that every object of a run carries. */
import { AGENT_RUN, INSTANCE, MANAGED_BY, MANAGED_BY_US, RUN, SKILLS } from '../api/labels.ts';
import { AGENT, runObjectName, shorten } from '../api/names.ts';
import type { ResolvedRun } from '../model/run.ts';

const runLabels = (run: ResolvedRun): Record<string, string> => ({
  [MANAGED_BY]: MANAGED_BY_US,
  [AGENT_RUN]: shorten(run.name),
  [INSTANCE]: shorten(run.instance),
  [RUN]: run.id,
});

const runAnnotations = (run: ResolvedRun): { annotations?: Record<string, string> } =>
  run.packs.length === 0 ? {} : { annotations: { [SKILLS]: run.packs.map((pack) => pack.name).join(',') } };

/**
 * What the Pod of a run carries: what its policy and its tenant want on it, and as whom it acts in a cloud. The webhooks of AWS and Azure put
 * a token into every container but those that are named, and the agent has none unless the policy says so.
 * https://github.com/aws/amazon-eks-pod-identity-webhook,
 * https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
 */
export function podMetadata(run: ResolvedRun): { labels: Record<string, string>; annotations?: Record<string, string> } {
  const { podMetadata: asked, cloudIdentity } = run;
  const skipped = cloudIdentity !== undefined && !cloudIdentity.agent ? AGENT_LEFT_OUT : {};
  const annotations = { ...asked.annotations, ...skipped, ...runAnnotations(run).annotations };
  // Of a map no value is undefined, which its generated type cannot say.
  return {
    labels: { ...asked.labels, ...cloudIdentity?.podLabels, ...runLabels(run) } as Record<string, string>,
    ...(Object.keys(annotations).length > 0 && { annotations: annotations as Record<string, string> }),
  };
}

const AGENT_LEFT_OUT = { 'eks.amazonaws.com/skip-containers': AGENT, 'azure.workload.identity/skip-containers': AGENT };

/** Name, labels and annotations of an object of the run; in its namespace unless the object is cluster-scoped. */
export const runMetadata = (run: ResolvedRun, name: string, scope: 'Namespaced' | 'Cluster' = 'Namespaced') => ({
  name,
  ...(scope === 'Namespaced' && { namespace: run.namespace }),
  labels: runLabels(run),
  ...runAnnotations(run),
});

/** Of what bounds the Pods of a run: its finalizer keeps it until the Job, which it owns by then, is gone; see run/lock.ts. */
export const coverMetadata = (run: ResolvedRun) => ({
  ...runMetadata(run, runObjectName(run.id)),
  finalizers: ['foregroundDeletion'],
});

/** Names, labels and annotations that every object of a run carries. */
import { AGENT_RUN, INSTANCE, MANAGED_BY, MANAGED_BY_US, RUN, SKILLS } from '../api/labels.ts';
import { shorten } from '../api/names.ts';
import type { ResolvedRun } from '../model/run.ts';

export const runLabels = (run: ResolvedRun): Record<string, string> => ({
  [MANAGED_BY]: MANAGED_BY_US,
  [AGENT_RUN]: shorten(run.name),
  [INSTANCE]: shorten(run.instance),
  [RUN]: run.id,
});

export const runAnnotations = (run: ResolvedRun): { annotations?: Record<string, string> } =>
  run.packs.length === 0 ? {} : { annotations: { [SKILLS]: run.packs.map((pack) => pack.name).join(',') } };

/** Name, labels and annotations of an object of the run; in its namespace unless the object is cluster-scoped. */
export const runMetadata = (run: ResolvedRun, name: string, scope: 'Namespaced' | 'Cluster' = 'Namespaced') => ({
  name,
  ...(scope === 'Namespaced' && { namespace: run.namespace }),
  labels: runLabels(run),
  ...runAnnotations(run),
});

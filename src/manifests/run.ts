/** A run with every question answered: what the builders of this folder build from. */
import type { EnvVar, Model, Sidecar, Skill } from '../api/generated/types.ts';
import { AGENT_RUN, INSTANCE, MANAGED_BY, MANAGED_BY_US, RUN, SKILLS } from '../kube/labels.ts';
import { shorten } from '../kube/names.ts';

export interface ResolvedRun {
  /** Unique over time; see kube/names.ts. */
  id: string;
  namespace: string;
  /** The name of the AgentRun its tenant knows. */
  name: string;
  instance: string;
  /** task: an agent runs once as a Job. server: sidecars serve as a Deployment with a Service. */
  mode: 'task' | 'server';
  /** The selected packs in the order they were listed. */
  packs: ResolvedPack[];
  /** ConfigMaps of the tenant that are mounted as skills. */
  configMaps: string[];
  task: string | undefined;
  systemPrompt: string | undefined;
  model: Model;
  /** What the instance and the run themselves say of it. */
  tenantModel: Model;
  /** Environment of the agent only. */
  env: EnvVar[];
  imagePullSecrets: { name: string }[];
  /** The timeout as it was written, and in seconds. */
  timeout: string;
  timeoutSeconds: number;
  agent: { image: string; command: string[] | undefined; resources: Resources };
}

export interface ResolvedPack {
  name: string;
  version: string | undefined;
  /** Of the pack's spec as it was used. */
  digest: string;
  skills: Skill[];
  /** Only when the sidecar takes part in the mode of this run. */
  sidecar: ResolvedSidecar | undefined;
}

export interface ResolvedSidecar extends Sidecar {
  /** The params of the pack as environment variables. */
  params: EnvVar[];
}

export interface Resources {
  cpu: string;
  memory: string;
}

/** A pack whose sidecar takes part in the run. */
export type PackWithSidecar = ResolvedPack & { sidecar: ResolvedSidecar };

export const packsWithSidecar = (run: ResolvedRun): PackWithSidecar[] =>
  run.packs.filter((pack): pack is PackWithSidecar => pack.sidecar !== undefined);

/** Whether a sidecar may use the API server, and so gets a token. */
export const hasRights = (sidecar: Sidecar): boolean => (sidecar.rbac ?? []).length > 0 || (sidecar.clusterRBAC ?? []).length > 0;

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

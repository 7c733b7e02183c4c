/**
 * Which objects a run is made of, under which resource names, and when each is ready; and the plan, which the workload
 * carries so that what a run was prepared with can be read from it whatever becomes of its packs.
 */
import type { Fault } from '../api/fault.ts';
import type { Right, UsedPack } from '../api/generated/types.ts';
import { PLAN } from '../api/labels.ts';
import { canonicalJson, digest } from '../kube/digest.ts';
import { isLarger, isObject, type JsonObject, jsonBytes, objectAt, textAt } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';
import { buildRunConfigMap } from '../manifests/configmap.ts';
import { buildJob } from '../manifests/job.ts';
import { buildClusterRights, buildNamespaceRights } from '../manifests/rbac.ts';
import { buildDeployment, buildService } from '../manifests/server.ts';
import { buildServiceAccount } from '../manifests/serviceaccount.ts';
import { hasSkills } from '../manifests/volumes.ts';
import { packsWithSidecar, type ResolvedRun } from '../model/run.ts';

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
  /** Foreground: what it made goes before it. */
  deletionPropagationPolicy?: 'Foreground';
}

/**
 * What is made only when another part is ready. A provider that holds no right to bind may bind what it could grant, and of
 * a role that is missing nobody can tell: it would fail, again and again, until the role is there.
 */
export const MADE_AFTER: Partial<Record<string, PartKey>> = {
  'agentrun-rolebinding': 'agentrun-role',
  'agentrun-clusterrolebinding': 'agentrun-clusterrole',
};

/** What a run may do, and as whom: gone at the first sign of its end. */
export const RIGHTS: readonly PartKey[] = [
  'agentrun-serviceaccount',
  'agentrun-role',
  'agentrun-rolebinding',
  'agentrun-clusterrole',
  'agentrun-clusterrolebinding',
];

/** Those of them that carry a right; a ServiceAccount alone may do nothing. */
export const GRANTS: readonly PartKey[] = RIGHTS.filter((key) => key !== 'agentrun-serviceaccount');

/** What a run that ended leaves for a while, so that its logs can be read. */
export const KEPT_AFTER_END: readonly PartKey[] = ['agentrun-job', 'agentrun-configmap'];

/** A Job is ready at its end: a ready Object is polled every 10 minutes, one that is not every 30 seconds. */
const JOB_ENDED =
  'has(object.status) && has(object.status.conditions) && object.status.conditions.exists(c, ' +
  'c.type in ["FailureTarget", "SuccessCriteriaMet", "Complete", "Failed"] && c.status == "True")';

/** Its condition Available is true of a Deployment without replicas. */
const DEPLOYMENT_AVAILABLE = 'has(object.status) && has(object.status.availableReplicas) && object.status.availableReplicas > 0';

/** What a run was prepared with. */
export interface Plan {
  mode: ResolvedRun['mode'];
  skills: UsedPack[];
  rights: Right[];
  /** The digest of every other manifest, by resource name. */
  parts: Record<string, string>;
}

export interface Prepared {
  id: string;
  /** At most 7 for a task, 8 for a server, however many packs. */
  parts: Part[];
  plan: Plan;
}

export function planRun(run: ResolvedRun): Prepared {
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
  if (run.mode === 'server') parts.push({ key: 'agentrun-service', manifest: buildService(run) });
  const plan = {
    mode: run.mode,
    skills: run.packs.map(({ name, version, digest }) => ({ pack: name, ...(version !== undefined && { version }), digest })),
    rights: listRights(run),
    parts: Object.fromEntries(parts.map(({ key, manifest }) => [key, digest(manifest)])),
  };
  return { id: run.id, parts: [...parts, planWorkload(run, plan)], plan };
}

function planWorkload(run: ResolvedRun, plan: Plan): Part {
  const deletionPropagationPolicy = 'Foreground';
  return run.mode === 'task'
    ? { key: 'agentrun-job', manifest: withPlan(buildJob(run), plan), readyWhen: JOB_ENDED, deletionPropagationPolicy }
    : {
        key: 'agentrun-deployment',
        manifest: withPlan(buildDeployment(run), plan),
        readyWhen: DEPLOYMENT_AVAILABLE,
        deletionPropagationPolicy,
      };
}

function withPlan(manifest: Manifest, plan: Plan): Manifest {
  const annotations = { ...objectAt(manifest, 'metadata', 'annotations'), [PLAN]: canonicalJson(plan as unknown as JsonObject) };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

/** The plan a workload carries, or undefined when it carries none that can be read. */
export function readPlan(workload: unknown): Plan | undefined {
  const text = textAt(workload, 'metadata', 'annotations', PLAN);
  if (text === undefined) return undefined;
  try {
    const plan: unknown = JSON.parse(text);
    return isObject(plan) && isObject(plan['parts']) ? (plan as unknown as Plan) : undefined;
  } catch {
    return undefined;
  }
}

/** Every rule of every pack that takes part, with where it holds. */
function listRights(run: ResolvedRun): Right[] {
  return packsWithSidecar(run).flatMap(({ name: pack, sidecar }) => [
    ...(sidecar.rbac ?? []).map((rule) => ({ pack, scope: 'Namespace' as const, namespace: run.namespace, ...rule })),
    ...(sidecar.clusterRBAC ?? []).map((rule) => ({ pack, scope: 'Cluster' as const, ...rule })),
  ]);
}

/** A manifest stands twice in its Object, and etcd takes 1.5 MiB; the API server takes 256 KiB of annotations. */
const MAX_MANIFEST_BYTES = 640 * 1024;
const MAX_PLAN_BYTES = 240 * 1024;

/** What would be too large for the API server, so that it is said before anything exists. */
export function checkSizes({ parts, plan }: Prepared): Fault[] {
  const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;
  const faults = parts
    .filter(({ manifest }) => isLarger(manifest, MAX_MANIFEST_BYTES))
    .map(({ manifest }) => ({
      path: 'spec',
      found: kib(jsonBytes(manifest)),
      rule: `must make a ${manifest.kind} of at most ${kib(MAX_MANIFEST_BYTES)}: shorten env, params and commands, or select fewer packs`,
    }));
  const planJson = plan as unknown as JsonObject;
  if (!isLarger(planJson, MAX_PLAN_BYTES)) return faults;
  const rule = `must select packs whose rights take at most ${kib(MAX_PLAN_BYTES)} when listed`;
  return [...faults, { path: 'spec.skills', found: kib(jsonBytes(planJson)), rule }];
}

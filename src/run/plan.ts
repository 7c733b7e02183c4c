/** The plan of a run. Its workload carries it, so that what a run was prepared with can be read whatever becomes of its packs. */
import type { Fault } from '../api/fault.ts';
import type { Results, Right, UsedPack } from '../api/generated/types.ts';
import { PLAN } from '../api/labels.ts';
import { canonicalJson, digest } from '../kube/digest.ts';
import { isLarger, isObject, type JsonObject, jsonBytes, objectAt, textAt } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';
import { imagesOf } from '../manifests/volumes.ts';
import { MODES, type Mode, packsWithSidecar, type Remains, type ResolvedRun } from '../model/run.ts';
import { type PartKey, partsOf } from './parts.ts';
import { readRemains } from './remains.ts';

/** What a run was prepared with. */
export interface Plan {
  mode: Mode;
  skills: UsedPack[];
  rights: Right[];
  /** The digest of every other manifest, by resource name. */
  parts: Record<string, string>;
  /** How long the Pod of a task may take to get ready, where that is bounded. */
  startTimeoutSeconds?: number;
  /** What of the result of the agent goes into the status; absent for nothing. */
  results?: Required<Results>;
  /** How long the Job of a task stays where the run does not say; absent for the default. */
  remains?: Remains;
  /** How many volumes of its Pod are images; absent for none. */
  imageVolumes?: number;
}

export interface Prepared {
  id: string;
  plan: Plan;
  /** What the run is made of, in the order of run/parts.ts; the workload carries the plan. */
  manifests: ReadonlyMap<PartKey, Manifest>;
}

export function planRun(run: ResolvedRun): Prepared {
  const built = partsOf(run.mode).flatMap(({ key, isWorkload, build }) => {
    const manifest = build(run);
    return manifest === undefined ? [] : [{ key, isWorkload, manifest }];
  });
  const images = imagesOf(run).length;
  const plan: Plan = {
    mode: run.mode,
    skills: run.packs.map(({ name, version, digest }) => ({ pack: name, ...(version !== undefined && { version }), digest })),
    rights: listRights(run),
    ...(run.mode === 'task' && run.startTimeoutSeconds !== undefined && { startTimeoutSeconds: run.startTimeoutSeconds }),
    ...(run.mode === 'task' && run.results.capture !== 'None' && { results: run.results }),
    ...(run.mode === 'task' && Object.keys(run.remains).length > 0 && { remains: run.remains }),
    ...(images > 0 && { imageVolumes: images }),
    parts: Object.fromEntries(built.flatMap(({ key, isWorkload, manifest }) => (isWorkload ? [] : [[key, digest(manifest)]]))),
  };
  const manifests = built.map(
    ({ key, isWorkload, manifest }) => [key, isWorkload ? withPlan(manifest, plan) : manifest] as const,
  );
  return { id: run.id, plan, manifests: new Map(manifests) };
}

function withPlan(manifest: Manifest, plan: Plan): Manifest {
  const annotations = { ...objectAt(manifest, 'metadata', 'annotations'), [PLAN]: canonicalJson(plan as unknown as JsonObject) };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

/** The plan a workload carries, or undefined when it carries none that can be read: somebody may have written into it. */
export function readPlan(workload: unknown): Plan | undefined {
  const text = textAt(workload, 'metadata', 'annotations', PLAN);
  if (text === undefined) return undefined;
  try {
    const plan: unknown = JSON.parse(text);
    return isPlan(plan) ? withoutUnreadable(plan as unknown as Plan) : undefined;
  } catch {
    return undefined;
  }
}

/** What is not of its type says nothing, and the rest of the plan says what it says. */
function withoutUnreadable({ startTimeoutSeconds, results, imageVolumes, remains, ...plan }: Plan): Plan {
  const isBounded =
    typeof startTimeoutSeconds === 'number' && startTimeoutSeconds > 0 && startTimeoutSeconds <= MAX_START_SECONDS;
  return {
    ...plan,
    ...(isBounded && { startTimeoutSeconds }),
    ...(results !== undefined && isResults(results) && { results }),
    ...(remains !== undefined && { remains: readRemains(remains) }),
    ...(isCount(imageVolumes) && { imageVolumes }),
  };
}

/** No run has more skills. */
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0 && Number(value) <= 1024;

const MAX_START_SECONDS = 3600;
const CAPTURES = ['Usage', 'Message'] as const satisfies Results['capture'][];

const isResults = (results: unknown): boolean =>
  isObject(results) && CAPTURES.some((known) => known === results['capture']) && typeof results['redact'] === 'boolean';

function isPlan(plan: unknown): boolean {
  if (!isObject(plan)) return false;
  const { mode, skills, rights, parts } = plan;
  return (
    MODES.some((known) => known === mode) &&
    Array.isArray(skills) &&
    skills.every((used) => isObject(used) && isText(used['pack']) && isText(used['digest']) && isText(used['version'] ?? '')) &&
    Array.isArray(rights) &&
    rights.every(isRight) &&
    isObject(parts) &&
    Object.values(parts).every(isText)
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

function isRight(right: unknown): boolean {
  if (!isObject(right)) return false;
  const { pack, scope, namespace = '', apiGroups, resources, verbs, resourceNames = [] } = right;
  const isScoped = scope === 'Namespace' || scope === 'Cluster';
  return isText(pack) && isScoped && isText(namespace) && [apiGroups, resources, verbs, resourceNames].every(isTexts);
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

/** Reports what would be too large for the API server before anything is made. */
export function checkSizes({ manifests, plan }: Prepared): Fault[] {
  const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;
  const faults = [...manifests.values()]
    .filter((manifest) => isLarger(manifest, MAX_MANIFEST_BYTES))
    .map((manifest) => ({
      path: 'spec',
      found: kib(jsonBytes(manifest)),
      rule: `must make a ${manifest.kind} of at most ${kib(MAX_MANIFEST_BYTES)}: shorten env, params and commands, have fewer files in skills, or select fewer packs`,
    }));
  const planJson = plan as unknown as JsonObject;
  if (!isLarger(planJson, MAX_PLAN_BYTES)) return faults;
  const rule = `must select packs whose rights take at most ${kib(MAX_PLAN_BYTES)} when listed`;
  return [...faults, { path: 'spec.skills', found: kib(jsonBytes(planJson)), rule }];
}

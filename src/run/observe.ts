/** Facts of a run from what is observed of it. Only run/desired.ts looks at a raw object again, to ask for it as it is. */

import type { ServerAddress } from '../api/generated/types.ts';
import { MODE, RUN } from '../api/labels.ts';
import { digest } from '../kube/digest.ts';
import { readJobFailure } from '../kube/job.ts';
import { isObject, type JsonObject, listAt, pick, textAt, valueAt } from '../kube/json.ts';
import { MODES, type Mode } from '../model/run.ts';
import type { Carrier } from '../objects/carrier.ts';
import { asPrepared } from './lock.ts';
import { COVERS, GRANTS, isAmong, partOf } from './parts.ts';
import { type Plan, readPlan } from './plan.ts';

export interface ObjectFacts {
  /** Which parts have an Object. */
  exist: ReadonlySet<string>;
  /** Which parts the provider has applied, and which of them are ready. */
  applied: ReadonlySet<string>;
  ready: ReadonlySet<string>;
  /** What the provider says of objects it cannot make, in a stable order. */
  errors: string[];
  /** When the first Object was created, in milliseconds. */
  since: number | undefined;
  /** Which parts of a task exist and are not what its plan says; once its start is decided only those that carry rights or bound its Pods. */
  different: readonly string[];
  /** Whether the real workload has fewer image volumes than were asked for: an API server without the feature drops them without a word. */
  lacksImages: boolean;
  /** What the run was prepared with, once its workload exists. */
  plan: Plan | undefined;
  /** Whether they are of a task or of a server, as each of them says. */
  mode: Mode | undefined;
  /** A digest of everything a task was prepared with. */
  frozenDigest: string | undefined;
  /** What must not be gone before the Job is, as owners of it; what is being deleted is none. */
  covers: JsonObject[];
  /** What was to bound the Pods of a run and is gone, is going, or was changed, by resource name. */
  uncovered: string[];
  /** The workload: the Job of a task, or the Deployment of a server. */
  job: JobFacts | undefined;
  deployment: ServerFacts | undefined;
}

export interface JobFacts {
  /** The Job as it was asked for. */
  manifest: JsonObject;
  name: string;
  namespace: string;
  /** The id of the run. */
  id: string;
  /** Of the real Job; undefined until the provider has reported one. */
  uid: string | undefined;
  /** Whether its Object asks for the Job to start. */
  released: boolean;
  /** Whether it is released and its Object may not update the Job any more. */
  pinned: boolean;
  /** Whether the provider reports that the Job is not suspended; from then on the Job is never updated. */
  resumed: boolean;
  /** Whether the provider reports that the Job is suspended. */
  suspended: boolean;
  /** Whether the provider found no Job and could not make one. Of a locked one it means that the Job is gone. */
  vanished: boolean;
  /** Whether the Job or its Object is being deleted, which nothing can undo. */
  leaving: boolean;
  startTime: string | undefined;
  deadlineSeconds: number;
  /** How long the agent may run before its node ends it, in seconds; undefined for a Job of an earlier version. */
  agentSeconds: number | undefined;
  /** Pods that have not ended, those of them that are ready, those that are being deleted, and those that have ended. */
  active: number;
  readyPods: number;
  leavingPods: number;
  endedPods: number;
  end: JobEnd | undefined;
}

/** The first end condition of a Job. Not final while its Pod is still ending. */
export interface JobEnd {
  final: boolean;
  reason: 'Completed' | 'DeadlineExceeded' | 'AgentFailed' | 'Evicted' | 'PodFailed';
  time: string;
  exitCode?: number;
  podName?: string;
}

export interface ServerFacts {
  /** The Deployment as it was asked for. */
  manifest: JsonObject;
  name: string;
  namespace: string;
  /** Whether its Object asks for a replica. */
  released: boolean;
  available: boolean;
  /** Where it is reached; undefined until its Service exists. */
  address: ServerAddress | undefined;
}

/** @param frozenDigest what the status says of it already; a frozen run has no other */
export function observeParts(carrier: Carrier, observed: ReadonlyMap<string, JsonObject>, frozenDigest?: string): ObjectFacts {
  const desiredOf = (object: JsonObject | undefined): JsonObject => carrier.desiredOf(object);
  const states = [...observed].map(([key, object]) => ({ key, object, state: carrier.stateOf(object, partOf(key)?.readyWhen) }));
  const created = [...observed.values()].map((object) => Date.parse(textAt(object, 'metadata', 'creationTimestamp') ?? ''));
  const known = created.filter((time) => !Number.isNaN(time));
  const job = observed.get('agentrun-job');
  const deployment = observed.get('agentrun-deployment');
  const workload = job ?? deployment;
  const plan = readPlan(desiredOf(workload));
  const different =
    job === undefined || plan === undefined ? [] : findDifferent(carrier, plan, observed, frozenDigest !== undefined);
  const isThere = (key: string): boolean => {
    const object = observed.get(key);
    return object !== undefined && !isLeaving(carrier, object);
  };
  return {
    exist: new Set(observed.keys()),
    applied: new Set(states.flatMap(({ key, state }) => (state.kind === 'ready' || state.kind === 'applied' ? [key] : []))),
    ready: new Set(states.flatMap(({ key, state }) => (state.kind === 'ready' ? [key] : []))),
    errors: states
      .flatMap(({ object, state }) =>
        state.kind === 'error' ? [`Cannot create ${describe(desiredOf(object))}: ${state.message}`] : [],
      )
      .sort(),
    since: known.length > 0 ? Math.min(...known) : undefined,
    different,
    lacksImages: workload !== undefined && lacksImages(carrier.realOf(workload)),
    plan,
    mode: observeMode(observed),
    frozenDigest: frozenDigest ?? (job && digestJob(desiredOf(job))),
    covers: COVERS.filter(isThere).flatMap((key) => ownerOf(carrier, observed.get(key))),
    uncovered: COVERS.filter((key) => plan?.parts[key] !== undefined && (!isThere(key) || different.includes(key))),
    job: job && observeJob(carrier, job),
    deployment: deployment && observeDeployment(carrier, deployment, observed.get('agentrun-service')),
  };
}

/** Whether the real object, or what carries it, is being deleted. */
const isLeaving = (carrier: Carrier, object: JsonObject): boolean =>
  [object, carrier.realOf(object)].some((one) => textAt(one, 'metadata', 'deletionTimestamp') !== undefined);

/** What is deleted in the foreground waits for what it owns: https://kubernetes.io/docs/concepts/architecture/garbage-collection/ */
function ownerOf(carrier: Carrier, object: JsonObject | undefined): JsonObject[] {
  const real = object && carrier.realOf(object);
  const [uid, name] = ['uid', 'name'].map((field) => textAt(real, 'metadata', field));
  if (uid === undefined || name === undefined) return [];
  return [{ ...pick(real ?? {}, ['apiVersion', 'kind']), name, uid, blockOwnerDeletion: true }];
}

/** By the plan that it carries itself: what is observed may be older than what is asked for. What is not reported lacks nothing. */
function lacksImages(real: JsonObject): boolean {
  const images = listAt(real, 'spec', 'template', 'spec', 'volumes').filter((volume) => valueAt(volume, 'image') !== undefined);
  return images.length < (readPlan(real)?.imageVolumes ?? 0);
}

/** Whether what is observed is of a task or of a server, as each of its parts says. */
export function observeMode(observed: ReadonlyMap<string, JsonObject>): Mode | undefined {
  const modes = [...observed.values()].map((object) => textAt(object, 'metadata', 'labels', MODE));
  return MODES.find((mode) => modes.includes(mode));
}

function observeJob(carrier: Carrier, object: JsonObject): JobFacts {
  const manifest = carrier.desiredOf(object);
  const real = carrier.realOf(object);
  const count = (...path: string[]): number => Number(valueAt(real, 'status', ...path) ?? 0);
  const uncounted = ['succeeded', 'failed'].flatMap((list) => listAt(real, 'status', 'uncountedTerminatedPods', list));
  return {
    manifest,
    name: textAt(manifest, 'metadata', 'name') ?? '',
    namespace: textAt(manifest, 'metadata', 'namespace') ?? '',
    id: textAt(manifest, 'metadata', 'labels', RUN) ?? '',
    uid: textAt(real, 'metadata', 'uid'),
    released: valueAt(manifest, 'spec', 'suspend') === false,
    pinned: carrier.isRestricted(object) && valueAt(manifest, 'spec', 'suspend') === false,
    resumed: valueAt(real, 'spec', 'suspend') === false,
    suspended: valueAt(real, 'spec', 'suspend') === true,
    vanished: carrier.isAbsent(object),
    leaving: isLeaving(carrier, object),
    startTime: textAt(real, 'status', 'startTime'),
    deadlineSeconds: Number(valueAt(manifest, 'spec', 'activeDeadlineSeconds') ?? 0),
    active: count('active'),
    readyPods: count('ready'),
    leavingPods: count('terminating'),
    endedPods: count('succeeded') + count('failed') + uncounted.length,
    agentSeconds: agentSecondsOf(manifest),
    end: observeEnd(real, valueAt(manifest, 'spec', 'podFailurePolicy') !== undefined),
  };
}

const findDifferent = (
  carrier: Carrier,
  { parts }: Plan,
  observed: ReadonlyMap<string, JsonObject>,
  isFrozen: boolean,
): string[] =>
  Object.entries(parts).flatMap(([key, planned]) => {
    const object = !isFrozen || isAmong(GRANTS, key) || isAmong(COVERS, key) ? observed.get(key) : undefined;
    return object === undefined || digest(carrier.desiredOf(object)) === planned ? [] : [key];
  });

/** The plan in the Job covers all other parts. */
const digestJob = (manifest: JsonObject): string => digest(asPrepared(manifest));

function agentSecondsOf(manifest: JsonObject): number | undefined {
  const [agent] = listAt(manifest, 'spec', 'template', 'spec', 'containers');
  const seconds = valueAt(agent, 'livenessProbe', 'initialDelaySeconds');
  return typeof seconds === 'number' ? seconds : undefined;
}

/** @param isTold whether its rules tell a failure of the agent from others */
function observeEnd(job: JsonObject, isTold: boolean): JobEnd | undefined {
  const conditions = listAt(job, 'status', 'conditions');
  const find = (type: string): JsonObject | undefined =>
    conditions.find((item): item is JsonObject => isObject(item) && item['type'] === type && item['status'] === 'True');
  const [complete, failed, succeeding, failing] = ['Complete', 'Failed', 'SuccessCriteriaMet', 'FailureTarget'].map(find);
  // The first one is there before the Pod has ended, and so is found with the same time whenever it is looked for.
  const timeOf = (condition: JsonObject): string => textAt(condition, 'lastTransitionTime') ?? '';
  const success = succeeding ?? complete;
  if (success !== undefined) {
    return { final: complete !== undefined, reason: 'Completed', time: timeOf(success), exitCode: 0 };
  }
  const failure = failing ?? failed;
  if (failure === undefined) return undefined;
  const { isDisrupted, ...told } = readJobFailure(textAt(failure, 'message') ?? '');
  const isAgents = told.exitCode !== undefined || !isTold;
  const isLate = textAt(failure, 'reason') === 'DeadlineExceeded';
  const reason = isLate ? 'DeadlineExceeded' : isDisrupted ? 'Evicted' : isAgents ? 'AgentFailed' : 'PodFailed';
  return { final: failed !== undefined, reason, time: timeOf(failure), ...told };
}

function observeDeployment(carrier: Carrier, object: JsonObject, service: JsonObject | undefined): ServerFacts {
  const manifest = carrier.desiredOf(object);
  const real = carrier.realOf(object);
  return {
    manifest,
    name: textAt(manifest, 'metadata', 'name') ?? '',
    namespace: textAt(manifest, 'metadata', 'namespace') ?? '',
    released: Number(valueAt(manifest, 'spec', 'replicas') ?? 0) > 0,
    available: Number(valueAt(real, 'status', 'availableReplicas') ?? 0) > 0,
    address: service && addressOf(carrier.desiredOf(service)),
  };
}

const addressOf = (service: JsonObject): ServerAddress => ({
  name: textAt(service, 'metadata', 'name') ?? '',
  ports: listAt(service, 'spec', 'ports').map((port) => ({
    name: textAt(port, 'name') ?? '',
    port: Number(valueAt(port, 'port')),
    protocol: textAt(port, 'protocol') ?? 'TCP',
  })),
});

const describe = (manifest: JsonObject): string => `${textAt(manifest, 'kind')} ${textAt(manifest, 'metadata', 'name')}`;

/**
 * The life of a task. It starts at most once, and from its first Job on it is what it was planned to be.
 *
 *   from                 to          when
 *   (new), waiting       waiting     something it refers to is missing or unreadable
 *   (new), waiting       awaiting    a human has to approve it
 *   making               awaiting    the same, because something was changed and its Job is not made yet
 *   awaiting             refused     ApprovalDenied, ApprovalExpired
 *   waiting, awaiting    making      references, spec and guardrails are in order
 *   waiting, making      refused     InvalidSpec, PolicyDenied; nothing was made, or nothing that could start
 *   making               aborted     PrerequisiteFailed: an object could not be made in 10 minutes, or is not as planned
 *   making               making      the start is decided: the status records the Job and its uid
 *   making               released    the next call; the Object of the Job asks for it to start
 *   released             starting    the provider reports that the Job was resumed
 *   starting             working     the Job has started
 *   released, starting   aborted     PrerequisiteFailed: a part is gone, or nobody reports the start
 *   working              ending      the Job has its first end condition: the rights leave
 *   working, stalled     aborted     StartTimeout, or why: the Pod did not get ready in the time it has for it
 *   working              stalled     the same, where the Pod is looked at only once the run holds nothing: the rights leave
 *   working              silent      the Job is past its deadline and nobody reports its end: the rights leave, for good
 *   any                  succeeded   the Job is complete
 *   any                  failed      the Job has failed
 *   released and later   aborted     WorkloadLost: the Job or its Object is gone, leaving, another one, or was started again
 *   any                  cancelled   spec.cancel
 *
 * Precedence, highest first: an end that is recorded, the end of the Job, cancel, loss, release.
 */
import type { JsonObject } from '../kube/json.ts';
import { formatTime } from '../kube/time.ts';
import type { Changes } from '../objects/carrier.ts';
import { releaseLocked } from './lock.ts';
import { isLookOver } from './look.ts';
import type { JobEnd, JobFacts } from './observe.ts';
import { COVERS, type PartKey } from './parts.ts';
import { cancelled, describeMaking, isComplete, listErrors, prepare, recordStart } from './preparation.ts';
import {
  END_MESSAGES,
  endOf,
  type Facts,
  isStarted,
  KILLED,
  type Known,
  type Life,
  type RunState,
  type Start,
  type Started,
  type StartFailure,
  type Step,
  type Wanted,
} from './state.ts';
import { describeStartFailure, explainUnready, isPastTime, isUp, judgeStart, startLimit } from './unready.ts';

/** How long a released Job may fail to start. One that nobody reports may be running, and has its deadline besides. */
const STARTING_LIMIT_MS = 20 * 60_000;

/** How long after its deadline a Job may be silent before its rights are removed. */
const SILENT_AFTER_SECONDS = 120;

/** How long a Pod may take to end. A Job waits for ever for a Pod on a node that is dead. */
const ENDING_LIMIT_MS = 5 * 60_000;

export const TASK: Life = {
  step,
  isStartDecided,
  isFrozen: isStartDecided,
  planInForce: (own, current) => own ?? current,
  want,
  retire: (key, facts) => (key === JOB && facts.objects.job ? retireJob(facts.objects.job, facts) : {}),
};

const JOB: PartKey = 'agentrun-job';

/** The next state of a task that has not ended. */
function step(facts: Facts): Step {
  const { job } = facts.objects;
  const end = job && findEnd(job, facts);
  if (end !== undefined) return end;
  if (facts.cancel) return { state: cancelled(facts) };
  const loss = findLoss(facts);
  if (loss !== undefined) return { state: endOf(facts, 'aborted', 'WorkloadLost', loss) };
  if (job !== undefined && isStartDecided(facts)) return { start: decide(job, facts), ...stepStarted(job, facts) };
  const isReady = isReadyToStart(facts);
  const state = prepare(facts, { hasWorkload: job !== undefined, isFixed: job !== undefined, isReady });
  // What a composite does not refer to is taken up before anything is decided.
  return { state, start: job && isReady && !facts.isUnreferenced ? decide(job, facts) : undefined };
}

/**
 * Whether the start is decided. An earlier call found everything in its place, and that is never undone: a Job that is observed late must
 * not be suspended after it started. A Job that is released, resumed or has an end proves it too.
 */
function isStartDecided({ memory, objects: { job } }: Known): boolean {
  return memory.isDecided || job?.released === true || job?.resumed === true || job?.end !== undefined;
}

/** Whether everything exists as planned and the provider has seen it. The uid of the Job is its lock; see run/lock.ts. */
const isReadyToStart = ({ objects }: Facts): boolean =>
  objects.job?.uid !== undefined && objects.applied.has(JOB) && isComplete(objects) && isCovered(objects);

/** Whether everything is known that has to stay as long as the Job. */
const isCovered = ({ exist, covers }: Facts['objects']): boolean =>
  COVERS.filter((key) => exist.has(key)).length === covers.length;

/**
 * The decision to start, which the status records before the Job is released: should the Object of the Job be lost after it, the status
 * still knows that there was one. All of it in one write, because a change of the status costs several updates of the composite.
 */
function decide(job: JobFacts, facts: Facts): Start {
  const uid = facts.memory.status.workloadUID ?? job.uid;
  const { frozenDigest } = facts.objects;
  return {
    ...recordStart(job.name, isStartDecided(facts), facts),
    ...(uid !== undefined && { workloadUID: uid }),
    ...(frozenDigest !== undefined && { frozenDigest }),
  };
}

/** The end of the Job itself, once its Pod has ended too or had its time for it. */
function findEnd(job: JobFacts, facts: Facts): Step | undefined {
  const { end } = job;
  // The end of a Job that somebody started again is not the end of this run.
  if (end === undefined || differ(facts.memory.status.startTime, job.startTime) || !isOver(end, facts.now)) return undefined;
  const { startFailure, readyTime } = facts.memory.status;
  const { exitCode, podName, final, time } = end;
  const reason = end.reason === 'AgentFailed' && isPastTime(job, end, readyTime) ? 'DeadlineExceeded' : end.reason;
  const learned = { ...(exitCode !== undefined && { exitCode }), ...(podName !== undefined && { podName }) };
  const at = time || formatTime(facts.now);
  // Without an exit code it was the deadline of the Job, and the agent may never have begun.
  if (reason === 'DeadlineExceeded' && exitCode === undefined && startFailure !== undefined && readyTime === undefined) {
    const failure = describeStartFailure(startFailure, job);
    return { state: endOf(facts, 'aborted', failure.reason, failure.message, at), learned };
  }
  const message = `${END_MESSAGES[reason]}${reason === 'DeadlineExceeded' ? '' : describeExit(exitCode)}${final ? '' : POD_LEFT}`;
  return { state: endOf(facts, reason === 'Completed' ? 'succeeded' : 'failed', reason, message, at), learned };
}

function describeExit(exitCode = 0): string {
  if (exitCode === 0) return '';
  return ` with exit code ${exitCode}${exitCode === KILLED ? ' (killed, often for lack of memory or storage)' : ''}`;
}

const isOver = ({ final, time }: JobEnd, now: Date): boolean => final || now.getTime() > Date.parse(time) + ENDING_LIMIT_MS;

const POD_LEFT = '; its Pod has not ended within 5 minutes, its node may be gone';

function findLoss(facts: Facts): string | undefined {
  const { workloadName, workloadUID, startTime: started } = facts.memory.status;
  const { job } = facts.objects;
  if (!isStartDecided(facts)) return undefined;
  if (job === undefined) return `Job ${workloadName ?? ''} is gone; a run starts once only`;
  const [uncovered] = job.end === undefined && job.released ? facts.objects.uncovered : [];
  if (uncovered !== undefined) return `What its Pod may reach is not bounded as planned any more: ${uncovered}`;
  const { name, uid, startTime, vanished, leaving, suspended, pinned } = job;
  if (vanished) return `Job ${name} is gone`;
  if (leaving) return `Job ${name} is being deleted`;
  if (differ(workloadUID, uid)) return `Job ${name} is another one than was prepared`;
  // It is pinned only after it was reported resumed.
  if (suspended && (pinned || started !== undefined)) return `Job ${name} was suspended by somebody`;
  return differ(started, startTime) ? `Job ${name} was started again by somebody, at ${startTime}` : undefined;
}

/** Whether two values are known and not the same. */
const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

/** The state of a task whose start is decided. */
function stepStarted(job: JobFacts, facts: Facts): Step {
  const { state: previous, status } = facts.memory;
  const startTime = status.startTime ?? job.startTime;
  // First, because the parts that are missing may be those that left for it.
  if (job.end !== undefined)
    return { state: { stage: 'ending', ...describeEnding(job.end, previous, facts.now), startTime: startTime ?? '' } };
  const obstacle = status.startTime === undefined ? findStartObstacle(job, facts) : undefined;
  if (obstacle !== undefined) return { state: endOf(facts, 'aborted', 'PrerequisiteFailed', obstacle) };
  if (previous?.stage === 'stalled') return stall(job, facts, previous);
  // Rights that have left do not come back, whatever is reported and whatever the clock says later.
  if (previous?.stage === 'silent' || isSilent(job, startTime, facts.now))
    return { state: { ...silent(job), startTime: startTime ?? '' } };
  if (job.resumed && startTime !== undefined) return work(job, facts, startTime);
  // Nothing in the status tells these moments apart: each change of it costs several updates of the composite.
  const waits = { stage: job.resumed ? 'starting' : 'released', ...describeMaking(facts.objects) } as const;
  return { state: isStarted(previous) ? previous : waits };
}

/** Most Pods are gone within this time: a word about one that still ends would cost more than it tells. */
const ENDING_SAID_AFTER_MS = 3_000;

function describeEnding(end: JobEnd, previous: RunState | undefined, now: Date): Pick<RunState, 'reason' | 'message'> {
  const isFresh = now.getTime() < Date.parse(end.time) + ENDING_SAID_AFTER_MS;
  if (isFresh && previous?.stage === 'working') return { reason: previous.reason, message: previous.message };
  return { reason: 'Ending', message: 'The Pod is ending' };
}

/** Past its deadline and some more, without an end. */
const isSilent = ({ deadlineSeconds }: JobFacts, startTime: string | undefined, now: Date): boolean =>
  now.getTime() > Date.parse(startTime ?? '') + (deadlineSeconds + SILENT_AFTER_SECONDS) * 1000;

const silent = ({ name }: JobFacts) =>
  ({
    stage: 'silent',
    reason: 'ProviderUnreachable',
    message: `Job ${name} should have ended, and the provider does not say what became of it`,
  }) as const;

/** A Job at work. One whose Pod has had its time to get ready has failed: what it holds goes. */
function work(job: JobFacts, facts: Facts, startTime: string): Step {
  const judged = judgeStart(job, facts, startTime);
  const { startFailure } = judged.state;
  if (startFailure === undefined || isUp(job) || facts.now.getTime() < startLimit(judged.state, facts)) return judged;
  if (!facts.looksLate || startFailure.reason !== 'PodNotReady') return failToStart(startFailure, job, facts);
  return { state: { ...judged.state, stage: 'stalled', reason: 'StartTimeout', message: STALLED_MESSAGE } };
}

const STALLED_MESSAGE = 'The Pod did not get ready in its time; the rights of the run leave, then its Pod is looked at once';

/** How long a run that did not start may take to lose its rights before it ends without a look. */
const STALLED_LIMIT_MS = 90_000;

/** It has failed already: what is awaited are the words for it. */
function stall(job: JobFacts, facts: Facts, stalled: Started): Step {
  const limit = startLimit(stalled, facts);
  // Where nobody knows any more what the limit was, it is over.
  const isLate = !Number.isFinite(limit) || facts.now.getTime() >= limit + STALLED_LIMIT_MS;
  return isLate || isLookOver(facts) ? failToStart(explainUnready(facts), job, facts) : { state: stalled };
}

function failToStart(startFailure: StartFailure, job: JobFacts, facts: Facts): Step {
  const { reason, message } = describeStartFailure(startFailure, job);
  return { state: endOf(facts, 'aborted', reason, message), learned: { startFailure } };
}

/** Why a task whose start is decided cannot start, or counts as such: nobody reports for too long that it did. */
function findStartObstacle(job: JobFacts, facts: Facts): string | undefined {
  const { objects, memory, now } = facts;
  const { name, released, startTime, deadlineSeconds } = job;
  const { plan, exist, since, errors } = objects;
  // To undo the decision could suspend a Job that somebody has started by hand, so a missing part ends the run.
  const gone = released ? [] : Object.keys(plan?.parts ?? {}).filter((part) => !exist.has(part));
  if (gone.length > 0) return `Gone before the start: ${gone.sort().join(', ')}`;
  const { preparedTime } = memory.status;
  const decided = preparedTime === undefined ? since : Date.parse(preparedTime);
  if (startTime !== undefined || decided === undefined) return undefined;
  const deadline = (deadlineSeconds + SILENT_AFTER_SECONDS) * 1000;
  const limit = errors.length > 0 ? STARTING_LIMIT_MS : Math.max(STARTING_LIMIT_MS, deadline);
  if (now.getTime() - decided < limit) return undefined;
  const minutes = Math.round(limit / 60_000);
  const reasons = listErrors(facts).join('; ');
  return `Job ${name} was released, and nobody reports within ${minutes} minutes that it has started. ${reasons}`.trim();
}

/**
 * Before the Job exists everything is as it is planned now. From then on what exists stays, and a part that is still missing is made only
 * until the start is decided, and only if it is what the plan in the Job says.
 */
function want(_: RunState, facts: Facts): Map<string, Wanted> {
  const { prepared } = facts;
  const { exist, job, plan } = facts.objects;
  const isPlanned = (key: string): boolean =>
    job === undefined || (plan?.parts[key] !== undefined && plan.parts[key] === prepared?.plan.parts[key]);
  const isMade = prepared !== undefined && !(job !== undefined && isStartDecided(facts));
  const planned = isMade ? [...prepared.manifests].filter(([key]) => isPlanned(key)) : [];
  const changesOf = (key: string): Changes => (key === JOB && job ? changeJob(job, facts) : {});
  const stays = job === undefined && prepared !== undefined ? [] : [...exist];
  return new Map<string, Wanted>([
    ...planned.map(([key, manifest]) => [key, { kind: 'planned', manifest }] as const),
    ...stays.map((key) => [key, { kind: 'same', changes: changesOf(key) }] as const),
  ]);
}

/** What changes about the Object of the Job: its release, with a lock, and its pin. */
function changeJob(job: JobFacts, facts: Facts): Changes {
  if (!isStartDecided(facts)) return {};
  if (job.resumed) return pin(job, facts);
  const locked = lock(job, facts);
  return locked === undefined ? {} : { manifest: locked, permission: 'full' };
}

/** A run that ends before its Job was pinned: the Job must not be made again, and one that was not released must not be. */
function retireJob(job: JobFacts, facts: Known): Changes {
  if (job.pinned || !isStartDecided(facts)) return {};
  return job.released ? pin(job, facts) : { permission: 'withheld' };
}

/** The Job is never updated again, and never made again: where no lock is known the provider may not even try. */
function pin(job: JobFacts, facts: Known): Changes {
  const locked = lock(job, facts);
  if (locked === undefined) return { permission: 'withheld', watch: true };
  return { manifest: locked, permission: 'fixed', watch: true };
}

/** The manifest of a released Job, or undefined while nobody knows which Job it is. */
function lock(job: JobFacts, { memory, objects }: Known): JsonObject | undefined {
  const uid = memory.status.workloadUID ?? job.uid;
  return uid === undefined ? undefined : releaseLocked(job.manifest, uid, objects.covers);
}

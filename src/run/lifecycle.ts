/**
 * The life of a run as a state machine with one door. A phase is the printed word for a state; code branches on the
 * state.
 *
 *   from         to           when
 *   (none)       Pending      something it refers to is missing or unreadable
 *   Pending      Preparing    references, spec and guardrails are in order: every object is made, the Job suspended
 *   Pending      Failed       InvalidSpec, PolicyDenied: nothing was made
 *   Preparing    Failed       PolicyDenied: a server was denied before it served; all of it goes
 *   Preparing    Failed       PrerequisiteFailed: an object could not be made within 10 minutes, or is not what was planned; the
 *                             Job was released and cannot be started, or nobody reports that it was
 *   Preparing    Running      the Job was released and has started
 *   Preparing    Serving      the Deployment was released and is available
 *   any          Succeeded    the Job is complete
 *   any          Failed       AgentFailed, DeadlineExceeded: the Job has failed
 *   any          Failed       WorkloadLost: the Job, or its Object, is gone, being deleted, another one, or was started again
 *   any          Cancelled    spec.cancel
 *
 * Precedence: a persisted end, an observed end, cancel, loss, release. Ends absorb; facts older than the state never
 * move it back. Of an end that is new nothing but the rights leaves before the status is seen to have it (run/desire.ts), so
 * that an end which nobody has written down is found again.
 */
import { type Fault, formatFaults } from '../api/fault.ts';
import type { Waiting } from '../call/references.ts';
import type { Restriction } from '../policy/restrict.ts';
import { type Denial, formatDenials } from '../policy/verdict.ts';
import type { JobEnd, JobFacts, ObjectFacts } from './observe.ts';
import type { Prepared } from './plan.ts';

export type RunState =
  | { phase: 'Pending' | 'Preparing'; reason: string; message: string }
  | { phase: 'Running' | 'Serving'; reason: string; message: string; startTime: string }
  | Ended;

export interface Ended {
  phase: 'Succeeded' | 'Failed' | 'Cancelled';
  reason: string;
  message: string;
  /** Absent when the run never started. */
  startTime?: string;
  completionTime: string;
}

export const isEnded = (state: RunState | undefined): state is Ended =>
  state !== undefined && ['Succeeded', 'Failed', 'Cancelled'].includes(state.phase);

/** What spec, references and guardrails say together. A task whose start is decided is not asked again. */
export type Admission =
  | { kind: 'unasked' }
  | { kind: 'invalid'; faults: Fault[] }
  | { kind: 'denied'; denials: Denial[] }
  | { kind: 'waiting'; waiting: Waiting[] }
  /** With a restriction: a server that serves and is denied something now; what is left of it is prepared. */
  | { kind: 'admitted'; prepared: Prepared; warnings: readonly Warning[]; restriction?: Restriction | undefined };

/** What a tenant should know of a run that is admitted all the same. Told once, when it begins. */
export interface Warning {
  reason: 'KeyWithheld' | 'CredentialInText';
  message: string;
}

export interface Facts {
  admission: Admission;
  cancel: boolean;
  objects: ObjectFacts;
  /** Whether the composite refers to none of them, so that it is read older than it is; see run/objects.ts. */
  unreferenced: boolean;
  /** What the status says since an earlier call. */
  latched: Latched;
}

export interface Latched {
  /** Whether anything in it is of a run whose start was decided. Any one field is proof enough, should another be lost. */
  decided: boolean;
  mode: 'task' | 'server' | undefined;
  workloadName: string | undefined;
  workloadUID: string | undefined;
  preparedTime: string | undefined;
  startTime: string | undefined;
}

/**
 * Whether the start of a run is decided. It stands in the status since an earlier call that found everything in its
 * place, and is never taken back: an Object that is observed late must not suspend a Job that has started.
 */
export const isDecided = ({ latched, objects: { workload } }: Facts): boolean =>
  latched.decided || workload?.released === true || (workload?.kind === 'job' && workload.unsuspended);

/** Whether everything the run was promised is there, as planned, and seen by the provider: the moment to decide its start. */
export function isReadyToStart({ plan, ready, applied, different, workload }: ObjectFacts): boolean {
  if (plan === undefined || workload === undefined) return false;
  // A Job is let go under a lock, and that is its uid.
  const isThere =
    workload.kind === 'job' ? applied.has('agentrun-job') && workload.uid !== undefined : applied.has('agentrun-deployment');
  return isThere && different.length === 0 && Object.keys(plan.parts).every((part) => ready.has(part));
}

/** How long a run may be prepared: rights never wait for ever without a run. */
const PREPARING_LIMIT_MS = 10 * 60_000;

/** How long an Object that was made may be out of Crossplane's sight. */
const OBSERVING_LIMIT_MS = 10_000;

/** How long a Job that was let go may fail to start. One that nobody speaks of may be running, and has its deadline besides. */
const STARTING_LIMIT_MS = 20 * 60_000;

/** How long after its deadline a Job may be silent before its rights are taken back. */
const LOST_AFTER_SECONDS = 120;

/** How long a Pod may take to end. Of one on a node that is dead the Job waits for ever. */
const ENDING_LIMIT_MS = 5 * 60_000;

const NO_POD_AFTER_MS = 30_000;
const NOT_READY_AFTER_MS = 60_000;

/** The only way to change the state of a run. */
export function transition(previous: RunState | undefined, facts: Facts, now: Date): RunState {
  const { workload } = facts.objects;
  if (isEnded(previous)) {
    const known = workload?.kind === 'job' ? workload.end?.time : undefined;
    return { ...previous, completionTime: previous.completionTime || known || formatTime(now) };
  }
  const started = facts.latched.startTime ?? (workload?.kind === 'job' ? workload.startTime : undefined);
  const end = (phase: Ended['phase'], reason: string, message: string, completionTime = formatTime(now)): Ended => ({
    phase,
    reason,
    message,
    ...(started !== undefined && { startTime: started }),
    completionTime,
  });

  // The end of a Job that somebody started again is not the end of this run.
  const isOwn = workload?.kind === 'job' && !differ(facts.latched.startTime, workload.startTime);
  if (isOwn && workload.end !== undefined && isOver(workload.end, now)) {
    const { phase, reason, time, final } = workload.end;
    return end(phase, reason, final ? END_MESSAGES[reason] : `${END_MESSAGES[reason]}${POD_LEFT}`, time || formatTime(now));
  }
  if (facts.cancel) return end('Cancelled', 'Cancelled', 'Cancelled by spec.cancel');
  const loss = findLoss(facts);
  if (loss !== undefined) return end('Failed', 'WorkloadLost', loss);
  if (workload?.kind === 'job' && isDecided(facts)) {
    const obstacle = facts.latched.startTime === undefined ? findStartObstacle(workload, facts, now) : undefined;
    if (obstacle !== undefined) return end('Failed', 'PrerequisiteFailed', obstacle);
    return running(previous, workload, started, facts.objects, now);
  }
  if (previous?.phase === 'Serving') return { ...previous, ...describeServer(facts, previous) };
  if (previous?.phase === 'Running') return previous;

  const { admission, objects } = facts;
  // A task is what it was planned to be; a server is judged as long as it lives.
  if (['denied', 'invalid'].includes(admission.kind) && isOutOfSight(objects, now)) return preparing(objects);
  if (admission.kind === 'denied' && workload?.kind !== 'job') {
    return end('Failed', 'PolicyDenied', formatDenials(admission.denials));
  }
  if (workload?.kind === 'deployment' && isDecided(facts)) {
    if (!workload.available) return preparing(objects);
    return { phase: 'Serving', startTime: started ?? formatTime(now), ...describeServer(facts, previous) };
  }
  // Who was away for ten minutes and finds everything ready has not waited in vain.
  const obstacle = isReadyToStart(objects) ? undefined : findObstacle(facts, now);
  if (obstacle !== undefined) return end('Failed', 'PrerequisiteFailed', obstacle);
  if (workload !== undefined) return preparing(objects);
  switch (admission.kind) {
    case 'invalid':
      return end('Failed', 'InvalidSpec', formatFaults(admission.faults));
    case 'waiting':
      // Objects that exist stay until the reference is back; a run that has begun to prepare is not Pending again.
      return { phase: previous?.phase === 'Preparing' ? 'Preparing' : 'Pending', ...describeWaiting(admission.waiting) };
    case 'admitted':
    case 'denied':
    case 'unasked':
      return preparing(objects);
  }
}

/** Whether the rights of a run have ended: at the first end condition of its Job, or when the Job is silent for too long. */
export function rightsHaveEnded(state: RunState, { objects, latched }: Facts, now: Date): boolean {
  const { workload } = objects;
  if (isEnded(state)) return true;
  return workload?.kind === 'job' && (workload.end !== undefined || isSilent(workload, latched.startTime, now));
}

/** Past its deadline and some more, without an end. */
function isSilent(job: JobFacts, latched: string | undefined, now: Date): boolean {
  const started = Date.parse(latched ?? job.startTime ?? '');
  return job.end === undefined && now.getTime() > started + (job.deadlineSeconds + LOST_AFTER_SECONDS) * 1000;
}

/** Whether a run has ended with its Job: its Pod has ended too, or had its time for it. */
const isOver = ({ final, time }: JobEnd, now: Date): boolean => final || now.getTime() > Date.parse(time) + ENDING_LIMIT_MS;

const POD_LEFT = '; its Pod has not ended within 5 minutes, its node may be gone';

/** What is said of a Job's own end, by its reason. */
export const END_MESSAGES = {
  Completed: 'The agent has ended its task',
  DeadlineExceeded: 'The agent did not end within its timeout',
  AgentFailed: 'The agent has failed',
};

/** Whether the Job itself ended, well or badly, so that its log is worth keeping. */
export const endedByItself = ({ reason }: { reason: string }): boolean => Object.hasOwn(END_MESSAGES, reason);

function findLoss(facts: Facts): string | undefined {
  const { latched, objects } = facts;
  const { workload } = objects;
  if (!isDecided(facts) || latched.mode === 'server') return undefined;
  if (workload === undefined) return `The Object of Job ${latched.workloadName ?? ''} is gone; a run starts once only`;
  if (workload.kind !== 'job') return undefined;
  const { name, uid, startTime, vanished, leaving, suspended, pinned } = workload;
  if (vanished) return `Job ${name} is gone`;
  if (leaving) return `Job ${name} is being deleted`;
  if (differ(latched.workloadUID, uid)) return `Job ${name} is another one than was prepared`;
  // It is pinned only after it was seen let go.
  if (suspended && (pinned || latched.startTime !== undefined)) return `Job ${name} was suspended by somebody`;
  return differ(latched.startTime, startTime) ? `Job ${name} was started again by somebody, at ${startTime}` : undefined;
}

/** Whether two values are known and not the same. */
const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

function running(
  previous: RunState | undefined,
  job: JobFacts,
  started: string | undefined,
  objects: ObjectFacts,
  now: Date,
): RunState {
  if (!job.unsuspended || started === undefined) {
    // Released, but the provider has not said so yet. Every change of the status costs several updates of the composite,
    // of which Crossplane's circuit breaker takes a hundred, so this moment has no word of its own.
    return previous?.phase === 'Running' ? previous : preparing(objects);
  }
  const state = (reason: string, message: string): RunState => ({ phase: 'Running', reason, message, startTime: started });
  const age = now.getTime() - Date.parse(started);
  if (job.end !== undefined) return state('Ending', 'The Pod is ending');
  if (isSilent(job, started, now)) {
    return state('ProviderUnreachable', `Job ${job.name} should have ended, and the provider does not say what became of it`);
  }
  if (job.readyPods > 0 || job.endedPods > 0) return state('Running', RUNNING);
  if (job.active === 0 && job.leavingPods > 0 && age >= NO_POD_AFTER_MS) {
    return state('PodTerminating', `The Pod is being deleted, its node may be gone: kubectl describe job ${job.name}`);
  }
  if (job.active === 0 && age >= NO_POD_AFTER_MS) {
    return state('NoPod', `No Pod could be created: kubectl describe job ${job.name}`);
  }
  if (job.active > 0 && age >= NOT_READY_AFTER_MS) {
    if (previous?.phase === 'Running' && previous.reason === 'PodNotReady') return previous;
    return state('PodNotReady', `Pod not ready, first seen so at ${formatTime(now)}`);
  }
  return state('Running', RUNNING);
}

const RUNNING = 'The agent is running';

function describeServer(
  { admission, objects: { workload } }: Facts,
  previous: RunState | undefined,
): { reason: string; message: string } {
  const restriction = admission.kind === 'admitted' ? admission.restriction : undefined;
  if (restriction !== undefined) return { reason: 'PolicyDenied', message: restriction.message };
  // Only what was judged again can be permitted again.
  if (admission.kind !== 'admitted' && previous?.reason === 'PolicyDenied') return { ...previous };
  const available = workload?.kind === 'deployment' && workload.available;
  return available
    ? { reason: 'Available', message: 'The server is available' }
    : { reason: 'Unavailable', message: 'The server is not available' };
}

/** Why a run whose start is decided cannot start, or counts as such: nobody says for too long that it did. */
function findStartObstacle(job: JobFacts, { objects, latched }: Facts, now: Date): string | undefined {
  const { name, released, startTime, deadlineSeconds } = job;
  const { plan, exist, since, errors } = objects;
  // To take the decision back could suspend a Job that has started, so this ends the run; also when it was started by a hand.
  const gone = released ? [] : Object.keys(plan?.parts ?? {}).filter((part) => !exist.has(part));
  if (gone.length > 0) return `Gone before the start: ${gone.sort().join(', ')}`;
  const decided = latched.preparedTime === undefined ? since : Date.parse(latched.preparedTime);
  if (startTime !== undefined || decided === undefined) return undefined;
  const deadline = (deadlineSeconds + LOST_AFTER_SECONDS) * 1000;
  const limit = errors.length > 0 ? STARTING_LIMIT_MS : Math.max(STARTING_LIMIT_MS, deadline);
  if (now.getTime() - decided < limit) return undefined;
  const minutes = Math.round(limit / 60_000);
  return `Job ${name} was released, and nobody reports within ${minutes} minutes that it has started. ${errors.join('; ')}`.trim();
}

/** Whether the workload of a run may be there and not be seen yet, because its other Objects were made only now. */
const isOutOfSight = ({ workload, since }: ObjectFacts, now: Date): boolean =>
  workload === undefined && since !== undefined && now.getTime() - since < OBSERVING_LIMIT_MS;

/** Why a run that is being prepared can never start. */
function findObstacle({ admission, objects }: Facts, now: Date): string | undefined {
  const { plan, exist, since, errors, workload } = objects;
  // A server follows its pack; only a task is what it was planned to be.
  const missing = workload?.kind !== 'job' || plan === undefined ? [] : Object.keys(plan.parts).filter((key) => !exist.has(key));
  const parts = admission.kind === 'admitted' ? admission.prepared.plan.parts : {};
  const unlike = admission.kind === 'waiting' ? [] : missing.filter((key) => parts[key] !== plan?.parts[key]);
  const age = since === undefined ? 0 : now.getTime() - since;
  if (unlike.length > 0 && age >= OBSERVING_LIMIT_MS)
    return `What the run refers to, or this function, was changed before ${unlike.sort().join(', ')} could be made`;
  if (age < PREPARING_LIMIT_MS) return undefined;
  const reasons = [...errors, ...objects.different.map((part) => `Not as planned: ${part}`)];
  return `Not everything the run needs could be made within 10 minutes. ${reasons.join('; ')}`.trim();
}

function preparing({ errors }: ObjectFacts): RunState {
  const [error] = errors;
  if (error !== undefined) return { phase: 'Preparing', reason: 'CannotCreate', message: error };
  return CREATING;
}

const CREATING: RunState = {
  phase: 'Preparing',
  reason: 'CreatingObjects',
  message: 'Waiting until everything the run needs exists and has started',
};

function describeWaiting(waiting: Waiting[]): { reason: string; message: string } {
  const messages = waiting.map(({ message }) => message);
  return { reason: waiting[0]?.reason ?? 'Fetching', message: messages.join('; ') };
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export const formatTime = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');

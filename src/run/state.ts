/** The state of a run, and everything that decides the next one. */
import type { Fault } from '../api/fault.ts';
import type { AgentRunStatus, Approval, StartFailure } from '../api/generated/types.ts';
import type { ForeignReason, Phase, Reason } from '../api/reasons.ts';
import type { Waiting } from '../call/references.ts';
import type { Manifest } from '../kube/manifest.ts';
import { formatTime } from '../kube/time.ts';
import type { Mode } from '../model/run.ts';
import type { Changes } from '../objects/carrier.ts';
import type { Restriction } from '../policy/restrict.ts';
import type { Denial } from '../policy/verdict.ts';
import type { Answer } from './approval.ts';
import type { SeenPod } from './look.ts';
import type { Memory } from './memory.ts';
import type { ObjectFacts } from './observe.ts';
import type { Plan, Prepared } from './plan.ts';
import { type EarlyStage, type FinalStage, STAGES, type StartedStage } from './stages.ts';

interface Words {
  reason: Reason | ForeignReason;
  message: string;
}

export interface Early extends Words {
  stage: EarlyStage;
}

export interface Started extends Words {
  stage: StartedStage;
  startTime: string;
  /** Why its Pod is not ready, or what of it crashes again and again; absent while it is ready. */
  startFailure?: StartFailure;
}

export type { StartFailure };

export interface Ended extends Words {
  stage: FinalStage;
  /** Absent when the run never started. */
  startTime?: string;
  completionTime: string;
}

export type RunState = Early | Started | Ended;

const isIn = (state: RunState | undefined, phase: Phase): boolean => state !== undefined && STAGES[state.stage].phase === phase;

/** Whether nothing of a run was made yet; of one that is new too. */
export const isPending = (state: RunState | undefined): boolean => state === undefined || isIn(state, 'Pending');

export const isEnded = (state: RunState | undefined): state is Ended => state !== undefined && STAGES[state.stage].final;

/** Whether a server serves: then a policy restricts it, and does not end it. */
export const isServing = (state: RunState | undefined): state is Started => isIn(state, 'Serving');

/** Whether a run has started and not ended. */
export const isStarted = (state: RunState | undefined): state is Started => isIn(state, 'Running') || isIn(state, 'Serving');

/** What the status says from the decision to start on. */
export type Start = Pick<AgentRunStatus, 'workloadName' | 'workloadUID' | 'preparedTime' | 'frozenDigest'>;

/** The next state, and when the start is decided also what the status records of it. */
export interface Step {
  state: RunState;
  start?: Start | undefined;
  learned?: Learned | undefined;
  /** What the status records no longer. */
  forgets?: readonly (keyof Learned)[];
}

/** What the status records of what was seen of the Pod, besides the words for it. */
export type Learned = Pick<
  AgentRunStatus,
  'exitCode' | 'podName' | 'startFailure' | 'readyTime' | 'podObservedTime' | 'result' | 'resultTruncated' | 'usage'
>;

/** What spec, references and guardrails say together. A task whose start is decided is not judged again. */
export type Admission =
  | { kind: 'unasked' }
  | { kind: 'invalid'; faults: Fault[] }
  | { kind: 'denied'; denials: Denial[] }
  | { kind: 'waiting'; waiting: Waiting[] }
  /** A human has to approve it as it would be made now, and nobody has. With a restriction: a server that serves and is denied something. */
  | ({ kind: 'unapproved'; warnings: readonly Warning[]; restriction?: Restriction | undefined } & Answer)
  /** With a restriction: a server that serves and is denied something now; what is left of it is prepared. */
  | {
      kind: 'admitted';
      prepared: Prepared;
      warnings: readonly Warning[];
      restriction?: Restriction | undefined;
      approval?: Approval | undefined;
    };

/** What a tenant, and whoever approves a run, should know of one that may begin all the same. Its event comes when it begins, or asks. */
export interface Warning {
  reason: 'KeyWithheld' | 'CredentialInText' | 'TaskNotRun';
  message: string;
}

/** Everything that decides the next state. */
export interface Facts {
  memory: Memory;
  /** Whether the run is a task or a server: as it was begun, else as it would be begun now. */
  mode: Mode;
  cancel: boolean;
  admission: Admission;
  /** What was admitted, in the mode the run has; undefined when nothing was. */
  prepared: Prepared | undefined;
  objects: ObjectFacts;
  /** What was seen of the Pod, while there is somebody to look at it and a reason to; see run/look.ts. */
  pod: SeenPod | undefined;
  /** Whether its Pod can be looked at only once the run holds nothing. */
  looksLate: boolean;
  /** Why Crossplane could not apply an earlier answer; see run/given.ts. */
  failure: string | undefined;
  /** Whether the composite refers to none of the objects, so that it is read older than it is; see run/objects.ts. */
  isUnreferenced: boolean;
  now: Date;
}

/** What is wanted of a part: that it is as it is planned now, or that it stays as it exists but for some changes. */
export type Wanted = { kind: 'planned'; manifest: Manifest; watch?: boolean } | { kind: 'same'; changes: Changes };

/** What a task and a server answer differently. */
export interface Life {
  /** The next state of a run that has not ended. */
  step: (facts: Facts) => Step;
  isStartDecided: (facts: Known) => boolean;
  /** Whether nothing that the run refers to can change it any more, so that nothing is asked for. */
  isFrozen: (facts: Known) => boolean;
  /** What the run was prepared with: what its workload says, or what would be prepared now. */
  planInForce: (own: Plan | undefined, current: Plan | undefined) => Plan | undefined;
  /** What is wanted of every part of a run that has not ended. */
  want: (state: RunState, facts: Facts) => Map<string, Wanted>;
  /** What changes about a part that stays after the run has ended. */
  retire: (key: string, facts: Known) => Changes;
}

/** What is known of a run before anything it refers to was asked for. */
export type Known = Pick<Facts, 'memory' | 'objects'>;

/** The exit code of a process that was killed: 128 and the number of SIGKILL. */
export const KILLED = 137;

/** What is said of a Job's own end, by its reason; of the last two a look at the Pod tells. */
export const END_MESSAGES = {
  Completed: 'The agent has ended its task',
  DeadlineExceeded: 'The agent did not end within its timeout',
  AgentFailed: 'The agent has failed',
  Evicted: 'Kubernetes ended the Pod: it was evicted or preempted, or its node is gone',
  PodFailed: 'The Pod has failed, and not by its agent: its node may have refused it',
  OutOfMemory: 'The agent used more memory than it was given, and was killed',
  PodAdmissionFailed: 'The node refused the Pod',
} as const satisfies Partial<Record<Reason, string>>;

const LOGGED: readonly string[] = ['Completed', 'AgentFailed', 'OutOfMemory'] satisfies Reason[];

/** Whether the Pod is there after an end and has a log: at its own deadline, of which nothing has an exit code, a Job deletes its Pod. */
const isLogged = (reason: string, exitCode: number | undefined): boolean =>
  LOGGED.includes(reason) || (reason === DEADLINE && exitCode !== undefined);

const DEADLINE = 'DeadlineExceeded' satisfies Reason;

/** Where the log of an agent that ended is, to be written behind the message as long as it exists; empty where there is none. */
export const logHint = (
  { reason, exitCode }: { reason: string; exitCode: number | undefined },
  { namespace, name }: { namespace: string; name: string },
): string => (isLogged(reason, exitCode) ? `; its log: kubectl logs -n ${namespace} job/${name} -c agent` : '');

const LOG_HINT = /; its log: kubectl logs -n \S* job\/\S+ -c agent$/;

export const withoutLogHint = (message: string): string => message.replace(LOG_HINT, '');

/** Whether a reason is of a Job that ended by itself, well or badly, so that its log is worth keeping. */
export const isJobEnd = (reason: string): reason is keyof typeof END_MESSAGES => Object.hasOwn(END_MESSAGES, reason);

/** An end of a run at this moment, or at a time that the Job states. */
export function endOf(
  { memory, objects, now }: Facts,
  stage: FinalStage,
  reason: Reason,
  message: string,
  completionTime = formatTime(now),
): Ended {
  const startTime = memory.status.startTime ?? objects.job?.startTime;
  return { stage, reason, message, ...(startTime !== undefined && { startTime }), completionTime };
}

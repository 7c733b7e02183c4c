/**
 * What a run remembers from one call to the next. The function itself keeps nothing; everything stands in the API server:
 *
 * | where | what | read by |
 * | --- | --- | --- |
 * | status.phase, reason, message, startTime, completionTime | the stage of the run | recall |
 * | status.mode | whether it is a task or a server, for good | recall |
 * | status.workloadName, workloadUID, preparedTime, frozenDigest | the decision to start, which is never undone | recall |
 * | status.skills, rights, runId | what the run was given | recall |
 * | status.approval | what a human is asked, since when, and until when; never that somebody approved | run/approval.ts |
 * | status.readyTime | that the Pod was ready | recall |
 * | status.exitCode, podName, result, resultTruncated, usage | how the agent ended, for people | recall |
 * | status.podObservedTime | that the Pod was looked at after the end | recall |
 * | status.startFailure | that the Pod is not ready, and why | recall |
 * | status.service | where a server is reached, for people | recall |
 * | condition Prepared | since when the run is being made | recall |
 * | condition RightsHeld | since when its rights are being removed, or that they are gone | recall |
 * | condition SettingsValid | which fault of the input was reported | recall |
 * | labels of the Objects, or of the parts themselves | the run, the part, the mode | run/objects.ts, run/observe.ts |
 * | annotation of the workload | the plan | run/plan.ts |
 * | annotations of a Job that is composed directly | that it was released, and what it was made of | objects/resource.ts |
 * | suspend in the Object of a Job | whether the Job is released | run/observe.ts |
 * | managementPolicies of an Object | whether the Job is pinned; whether a binding still waits for its role | run/observe.ts, run/desired.ts |
 */
import { PREPARED, RIGHTS_HELD, SETTINGS_VALID } from '../api/conditions.ts';
import type { AgentRunStatus } from '../api/generated/types.ts';
import { type Reason, readReason } from '../api/reasons.ts';
import { type ObservedCondition, readCondition } from '../kube/conditions.ts';
import { isObject, type JsonObject, objectAt, textAt } from '../kube/json.ts';
import { MODES } from '../model/run.ts';
import { STAGES, type StartedStage } from './stages.ts';
import { type Ended, isEnded, isJobEnd, isStarted, type RunState, withoutLogHint } from './state.ts';

export interface Memory {
  /** What we wrote last, field by field. Empty for a run that is new. */
  status: AgentRunStatus;
  /** Undefined for a run that is new. */
  state: RunState | undefined;
  /** Whether the status has the end of the run. It has not while its phase is one that this version does not know. */
  isRecorded: boolean;
  /** Whether the start was decided. Any one mark of it is proof enough, should another be lost. */
  isDecided: boolean;
  /** Since when the status says that the run is being made, in milliseconds; undefined when it does not. */
  makingSince: number | undefined;
  rightsHeld: ObservedCondition | undefined;
  settingsValid: ObservedCondition | undefined;
}

export function recall(composite: JsonObject): Memory {
  const status = readStatus(objectAt(composite, 'status'));
  const { workloadName, workloadUID, preparedTime, startTime, frozenDigest, phase } = status;
  const marks = [workloadName, workloadUID, preparedTime, startTime, frozenDigest];
  const state = readState(status, objectAt(composite, 'status')['phase']);
  const making = readCondition(composite, PREPARED)?.since;
  return {
    status,
    state,
    isRecorded: isEnded(state) && phase === STAGES[state.stage].phase,
    isDecided: marks.some((mark) => mark !== undefined) || isStarted(state),
    makingSince: state?.stage === 'making' && Number.isFinite(making) ? making : undefined,
    rightsHeld: readCondition(composite, RIGHTS_HELD),
    settingsValid: readCondition(composite, SETTINGS_VALID),
  };
}

/** What a newer version added, or what is not of its type, is left out. */
function readStatus(status: JsonObject): AgentRunStatus {
  const texts = TEXT_FIELDS.flatMap((field) => {
    const value = textAt(status, field);
    const isForeign = field === 'mode' && !MODES.some((mode) => mode === value);
    return value === undefined || isForeign ? [] : [[field, value]];
  });
  const lists = LIST_FIELDS.flatMap((field) => (Array.isArray(status[field]) ? [[field, status[field]]] : []));
  const maps = MAP_FIELDS.flatMap((field) => (isObject(status[field]) ? [[field, status[field]]] : []));
  const numbers = NUMBER_FIELDS.flatMap((field) => (Number.isInteger(status[field]) ? [[field, status[field]]] : []));
  const flags = FLAG_FIELDS.flatMap((field) => (typeof status[field] === 'boolean' ? [[field, status[field]]] : []));
  return Object.fromEntries([...texts, ...lists, ...maps, ...numbers, ...flags]);
}

const TEXT_FIELDS = [
  'phase',
  'reason',
  'message',
  'runId',
  'mode',
  'workloadName',
  'workloadUID',
  'preparedTime',
  'startTime',
  'completionTime',
  'frozenDigest',
  'podName',
  'readyTime',
  'podObservedTime',
  'result',
] as const satisfies readonly (keyof AgentRunStatus)[];
const LIST_FIELDS = ['skills', 'rights'] as const satisfies readonly (keyof AgentRunStatus)[];
const MAP_FIELDS = ['approval', 'startFailure', 'service', 'usage'] as const satisfies readonly (keyof AgentRunStatus)[];
const NUMBER_FIELDS = ['exitCode'] as const satisfies readonly (keyof AgentRunStatus)[];
const FLAG_FIELDS = ['resultTruncated'] as const satisfies readonly (keyof AgentRunStatus)[];

type ReadField = (
  | typeof TEXT_FIELDS
  | typeof LIST_FIELDS
  | typeof MAP_FIELDS
  | typeof NUMBER_FIELDS
  | typeof FLAG_FIELDS
)[number];

/** Every field of the status is read back: one that is in no list does not compile. */
true satisfies [Exclude<keyof AgentRunStatus, ReadField>] extends [never] ? true : never;

function readState(status: AgentRunStatus, written: unknown): RunState | undefined {
  const { reason: word = '', message = '', startTime, completionTime = '' } = status;
  const reason = readReason(word);
  const end = (stage: Ended['stage'], said = message): Ended => ({
    stage,
    reason,
    message: said,
    ...(startTime !== undefined && { startTime }),
    completionTime,
  });
  const { phase } = status;
  switch (phase) {
    case undefined:
      return written === undefined || written === null || written === '' ? undefined : unknownPhase(end('aborted'), written);
    case 'Pending':
      return { stage: reason === AWAITS ? 'awaiting' : 'waiting', reason, message };
    case 'Preparing':
      return { stage: 'making', reason, message };
    case 'Running': {
      const { startFailure } = status;
      return {
        stage: RUNNING[word] ?? 'working',
        reason,
        message,
        startTime: startTime ?? '',
        ...(startFailure && { startFailure }),
      };
    }
    case 'Serving':
      return { stage: reason === 'PolicyDenied' ? 'restricted' : 'serving', reason, message, startTime: startTime ?? '' };
    case 'Succeeded':
      return end('succeeded', withoutLogHint(message));
    case 'Failed':
      if (isJobEnd(reason)) return end('failed', withoutLogHint(message));
      return end(REFUSALS.includes(word) ? 'refused' : 'aborted');
    case 'Cancelled':
      return end('cancelled');
    default:
      return unknownPhase(end('aborted'), phase satisfies never);
  }
}

/** The reason of a run that a human has to approve. */
const AWAITS: Reason = 'ApprovalRequired';

/** The reasons of runs of which nothing was made. */
const REFUSALS: readonly string[] = ['InvalidSpec', 'PolicyDenied', 'ApprovalDenied', 'ApprovalExpired'] satisfies Reason[];

/** The stages of phase Running that their reasons tell. */
const RUNNING: Record<string, StartedStage | undefined> = {
  Ending: 'ending',
  ProviderUnreachable: 'silent',
  StartTimeout: 'stalled',
} satisfies Partial<Record<Reason, StartedStage>>;

/** A phase that another version wrote may be an end, so it counts as one: a new run would start a second time. */
function unknownPhase(end: Ended, written: unknown): Ended {
  const shown = typeof written === 'string' ? JSON.stringify(written.slice(0, 64)) : `a ${typeof written}`;
  const message = `The status had phase ${shown}, which this version of the function does not know, so the run has ended`;
  return { ...end, reason: 'UnknownPhase', message };
}

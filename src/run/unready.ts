/** What is said of a Job that has started and whose Pod is not ready, without a look at the Pod, and when that has lasted too long. */
import { RUN } from '../api/labels.ts';
import type { Reason } from '../api/reasons.ts';
import type { JobFacts } from './observe.ts';
import { type Facts, formatTime, type Started, type StartFailure } from './state.ts';

const NO_POD_AFTER_MS = 30_000;
const NOT_READY_AFTER_MS = 60_000;

/** How long a Pod that got ready may have been unseen: what is said of one that is not ready any more is another thing. */
const UNSEEN_MS = 60_000;

/** A Job at work: whether its Pod is ready, and what stands against it. */
export function judgeStart(job: JobFacts, facts: Facts, startTime: string): Started {
  const age = facts.now.getTime() - Date.parse(startTime);
  const working = (reason: Reason, message: string): Started => ({ stage: 'working', reason, message, startTime });
  if (job.readyPods > 0 || job.endedPods > 0) return working('Running', 'The Job has started');
  if (job.active === 0 && job.leavingPods > 0 && age >= NO_POD_AFTER_MS) {
    return working('PodTerminating', `The Pod is being deleted, its node may be gone: ${describeJob(job)}`);
  }
  if (job.active === 0 && age >= NO_POD_AFTER_MS) {
    const failure = since(facts, { reason: 'NoPod', message: 'No Pod could be created, a quota or Pod Security may refuse it' });
    return { ...working('NoPod', `${failure.message}: ${describeJob(job)}`), startFailure: failure };
  }
  if (job.active > 0 && age >= notReadyAfter(job, facts)) return judgeUnready(job, facts, startTime, age);
  return working('Running', 'The Job has started');
}

function judgeUnready(job: JobFacts, facts: Facts, startTime: string, age: number): Started {
  const { state: previous } = facts.memory;
  const before = previous?.stage === 'working' ? previous : undefined;
  const known = before?.startFailure?.reason === 'NoPod' ? undefined : before?.startFailure;
  if (before !== undefined && (known !== undefined || before.reason === 'PodNotReady')) return before;
  const unready: Started = {
    stage: 'working',
    reason: 'PodNotReady',
    message: `The Pod is not ready, first seen so at ${formatTime(facts.now)}: ${describePod(job)}`,
    startTime,
  };
  const wasReady = before?.reason === 'Running' && age >= notReadyAfter(job, facts) + UNSEEN_MS;
  if (wasReady) return unready;
  const message = `The Pod is not ready, first seen so at ${formatTime(facts.now)}`;
  return { ...unready, startFailure: { reason: 'PodNotReady', message, since: formatTime(facts.now) } };
}

const since = ({ memory, now }: Facts, found: { reason: Reason; message: string }): StartFailure => {
  const before = memory.status.startFailure;
  const isSame = before?.reason === found.reason;
  return { ...found, since: (isSame ? before.since : undefined) ?? formatTime(now) };
};

/** How long after its start a Pod that is not ready is worth a word, in milliseconds. */
function notReadyAfter({ deadlineSeconds }: JobFacts, { objects: { plan } }: Facts): number {
  const seconds = Math.min(plan?.startTimeoutSeconds ?? Number.POSITIVE_INFINITY, deadlineSeconds);
  return Math.min(NOT_READY_AFTER_MS, (seconds * 1000) / 2);
}

/** Whether a Pod that did not get ready has had its time for it. */
export function isStartOverdue({ startTime, startFailure }: Started, { objects: { plan }, now }: Facts): boolean {
  const limit = plan?.startTimeoutSeconds;
  return startFailure !== undefined && limit !== undefined && now.getTime() >= Date.parse(startTime) + limit * 1000;
}

/** When a Pod that does not get ready is judged next, in milliseconds; undefined when nothing changes by itself any more. */
export function nextJudgement(job: JobFacts, facts: Facts, startTime: string): number | undefined {
  const start = Date.parse(startTime);
  const limit = facts.objects.plan?.startTimeoutSeconds;
  const moments = [start + notReadyAfter(job, facts), ...(limit === undefined ? [] : [start + limit * 1000])];
  return moments.filter((moment) => moment > facts.now.getTime()).sort((a, b) => a - b)[0];
}

/** The end of a run whose Pod never got ready, as its reason and its message. */
export function describeStartFailure({ reason, message = '' }: StartFailure, job: JobFacts): { reason: Reason; message: string } {
  const became = `; what became of it: kubectl get events -n ${job.namespace}`;
  if (reason !== undefined && reason !== 'PodNotReady') return { reason: reason as Reason, message: `${message}${became}` };
  return { reason: 'StartTimeout', message: `${message}, and it did not get ready in its time${became}` };
}

const describeJob = ({ namespace, name }: JobFacts): string => `kubectl describe job -n ${namespace} ${name}`;

/** By its label, because nobody knows its name. */
const describePod = ({ namespace, id }: JobFacts): string => `kubectl describe pod -n ${namespace} -l ${RUN}=${id}`;

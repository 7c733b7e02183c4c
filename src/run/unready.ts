/** What is said of a Job that has started and whose Pod is not ready, and when that has lasted too long. */
import { RUN } from '../api/labels.ts';
import type { Reason } from '../api/reasons.ts';
import { formatTime } from '../kube/time.ts';
import type { JobEnd, JobFacts } from './observe.ts';
import type { Facts, Started, StartFailure, Step } from './state.ts';

const NO_POD_AFTER_MS = 30_000;
const NOT_READY_AFTER_MS = 60_000;

/**
 * How long a Pod has to be known as not ready before that ends its run. It may have been ready while nobody looked, and the Pod of an agent
 * that ended is not ready either, as long as its sidecars take to stop.
 */
const GRACE_MS = 40_000;

/** How long a Pod has to be ready to count as such: one with a sidecar that crashes is ready for a moment each time. */
const SETTLED_MS = 15_000;

/** A Job at work: whether its Pod is ready, and what stands against it. */
export function judgeStart(job: JobFacts, facts: Facts, startTime: string): Step & { state: Started } {
  const age = facts.now.getTime() - Date.parse(startTime);
  const working = (reason: Reason, message: string): Started => ({ stage: 'working', reason, message, startTime });
  const started = working('Running', 'The Job has started');
  const failing = (startFailure: StartFailure, command: string): Started => ({
    ...working(readStartFailure(startFailure), `${startFailure.message}: ${command}`),
    startFailure,
  });
  const { readyTime, startFailure: before } = facts.memory.status;
  if (isUp(job)) {
    const isNews = job.readyPods > 0 && readyTime === undefined && isReadyWorth(job, facts, age);
    const learned = isNews ? { readyTime: formatTime(facts.now) } : undefined;
    // It is ready again and again, for a moment.
    if (before?.reason === 'SidecarFailed' && !wasReady(facts))
      return { state: failing(withMessage(before), describePod(job)), learned };
    return { state: started, learned };
  }
  if (age < (job.active > 0 ? notReadyAfter(job, facts) : NO_POD_AFTER_MS)) return { state: started };
  const forgets = wasReady(facts) ? [] : (['readyTime'] as const);
  if (job.active > 0) {
    const startFailure = explainUnready(facts);
    // The Pod of an agent that ended well is not ready either, until its sidecars have stopped.
    if (facts.now.getTime() < sayAfter(startFailure, facts)) return { state: { ...started, startFailure } };
    return { state: failing(startFailure, describePod(job)), forgets };
  }
  if (job.leavingPods > 0)
    return { state: working('PodTerminating', `The Pod is being deleted, its node may be gone: ${describeJob(job)}`) };
  if (wasReady(facts)) return { state: working('NoPod', `The Pod is gone: ${describeJob(job)}`) };
  return { state: failing(explainNoPod(facts), describeJob(job)), forgets };
}

/** Whether its Pod is ready, or has ended, so that the end of the Job is at hand. */
export const isUp = ({ readyPods, endedPods }: JobFacts): boolean => readyPods > 0 || endedPods > 0;

/** From when on it is worth a word, in milliseconds: at once of a Pod that never was ready. */
const sayAfter = ({ since = '' }: StartFailure, facts: Facts): number =>
  wasReady(facts) ? Date.parse(since) + GRACE_MS : Number.NEGATIVE_INFINITY;

/** Whether the Pod was ready for more than a moment. */
const wasReady = ({ memory: { status }, now }: Facts): boolean =>
  status.readyTime !== undefined && !(now.getTime() < Date.parse(status.readyTime) + SETTLED_MS);

/** A status that is written costs something, so it tells of a Pod that is ready only where somebody asks, or may come to ask. */
const isReadyWorth = (job: JobFacts, facts: Facts, age: number): boolean =>
  facts.objects.plan?.startTimeoutSeconds !== undefined || age >= notReadyAfter(job, facts);

function explainNoPod({ memory, now }: Facts): StartFailure {
  const { startFailure: before } = memory.status;
  const since = before?.reason === 'NoPod' ? before.since : undefined;
  const message = 'No Pod could be created, a quota or Pod Security may refuse it';
  return { reason: 'NoPod', message, since: since ?? formatTime(now) };
}

/** Why the Pod is not ready: what a look found, now or before, else what the Job tells. */
export function explainUnready(facts: Facts): StartFailure {
  const { pod, memory, now } = facts;
  const { startFailure: before } = memory.status;
  const isKnown = before?.reason !== undefined && before.reason !== 'NoPod' && !Number.isNaN(Date.parse(before.since ?? ''));
  const since = (isKnown ? before.since : undefined) ?? formatTime(now);
  if (pod?.obstacle !== undefined) return { ...pod.obstacle, since };
  if (isKnown && isFound(readStartFailure(before))) return withMessage(before);
  const what = wasReady(facts) ? 'The Pod was ready, and is not any more' : NOT_READY;
  return { reason: 'PodNotReady', message: `${what}, first seen so at ${since}`, since };
}

const NOT_READY = 'The Pod is not ready';

const withMessage = (failure: StartFailure): StartFailure => ({ message: NOT_READY, ...failure });

/** What may stand in `status.startFailure.reason`. */
const START_FAILURES = [
  'PodNotReady',
  'NoPod',
  'Unschedulable',
  'ImagePullFailed',
  'ConfigMissing',
  'SidecarFailed',
] as const satisfies Reason[];
type StartReason = (typeof START_FAILURES)[number];

/** Another word is of another version of the function, or of a hand. */
const readStartFailure = ({ reason }: StartFailure): StartReason =>
  START_FAILURES.find((known) => known === reason) ?? 'PodNotReady';

const isFound = (reason: StartReason): boolean => reason !== 'PodNotReady' && reason !== 'NoPod';

/**
 * Whether the agent has had its time, after which its node ends it. It may have died of something else in the meantime: nobody tells the two
 * apart by the Job. Where the status says when the Pod was ready, which it does so late at most, its time began then, else with the Job.
 */
export function isPastTime({ startTime = '', agentSeconds }: JobFacts, { time }: JobEnd, readyTime = ''): boolean {
  const began = Math.max(Date.parse(startTime), (Date.parse(readyTime) || 0) - NOT_READY_AFTER_MS);
  return agentSeconds !== undefined && Date.parse(time) >= began + agentSeconds * 1000;
}

/** How long after its start a Pod that is not ready is worth a word, in milliseconds. */
function notReadyAfter({ deadlineSeconds }: JobFacts, { objects: { plan } }: Facts): number {
  const seconds = Math.min(plan?.startTimeoutSeconds ?? Number.POSITIVE_INFINITY, deadlineSeconds);
  return Math.min(NOT_READY_AFTER_MS, (seconds * 1000) / 2);
}

/** When a run that does not start has had its time for it, in milliseconds; infinite where that is not bounded, or it did. */
export function startLimit(
  { startTime, startFailure }: Pick<Started, 'startTime' | 'startFailure'>,
  { objects: { plan }, memory: { status } }: Facts,
): number {
  const limit = plan?.startTimeoutSeconds;
  if (startFailure === undefined || limit === undefined || status.readyTime !== undefined) return Number.POSITIVE_INFINITY;
  return Math.max(Date.parse(startTime) + limit * 1000, Date.parse(startFailure.since ?? '') + GRACE_MS);
}

/** When a Job at work is judged next although nothing is reported, in milliseconds; undefined when nothing changes by itself any more. */
export function nextJudgement(job: JobFacts, facts: Facts, started: Started): number | undefined {
  const { startTime, startFailure } = started;
  const { readyTime } = facts.memory.status;
  const settled = Date.parse(readyTime ?? formatTime(facts.now)) + SETTLED_MS;
  const moments = [
    Date.parse(startTime) + notReadyAfter(job, facts),
    startLimit(started, facts),
    ...(startFailure === undefined ? [] : [isUp(job) ? settled : sayAfter(startFailure, facts)]),
  ];
  return moments.filter((moment) => moment > facts.now.getTime() && Number.isFinite(moment)).sort((a, b) => a - b)[0];
}

/** The end of a run whose Pod never got ready, as its reason and its message. */
export function describeStartFailure(failure: StartFailure, job: JobFacts): { reason: Reason; message: string } {
  const reason = readStartFailure(failure);
  const became = `; what became of it: kubectl get events -n ${job.namespace}`;
  const { message = NOT_READY } = failure;
  if (reason !== 'PodNotReady') return { reason, message: `${message}${became}` };
  return { reason: 'StartTimeout', message: `${message}, and nothing tells that it got ready in its time${became}` };
}

const describeJob = ({ namespace, name }: JobFacts): string => `kubectl describe job -n ${namespace} ${name}`;

/** By its label, because nobody knows its name. */
const describePod = ({ namespace, id }: JobFacts): string => `kubectl describe pod -n ${namespace} -l ${RUN}=${id}`;

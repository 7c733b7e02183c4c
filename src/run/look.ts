/**
 * A look at the Pod of a run, where the platform permits that to anybody: why it does not get ready, and after the end what the agent left.
 * A look has a reason and an end in time, both by the status, so that whoever reads Pods reads one Pod for less than a minute. It decides no
 * phase: a run that waits for one has failed already.
 */
import type { AgentRunStatus } from '../api/generated/types.ts';
import { AGENT, runSkillsName } from '../api/names.ts';
import type { Settings } from '../api/settings.ts';
import type { Required as Asked, Selector } from '../call/request.ts';
import type { Condition, DesiredResource } from '../call/response.ts';
import { type JsonObject, listAt, textAt, valueAt } from '../kube/json.ts';
import {
  evictionOf,
  findObstacle,
  type Obstacle,
  podName,
  refusalOf,
  type Terminated,
  terminationOf,
  termMessageLimit,
} from '../kube/pod.ts';
import { formatTime } from '../kube/time.ts';
import type { RunIdentity } from '../model/run.ts';
import { POD, type PodReader } from '../objects/pods.ts';
import { redact } from '../policy/credentials/redact.ts';
import type { Memory } from './memory.ts';
import type { ObjectFacts } from './observe.ts';
import { readResult, toPlainText } from './result.ts';
import { END_MESSAGES, type Ended, type Facts, isEnded, KILLED, type Learned, type RunState } from './state.ts';

/** What is seen of a Pod. */
export interface SeenPod {
  name: string;
  /** Why it does not get ready. */
  obstacle: Obstacle | undefined;
  /** How the agent ended. */
  terminated: Terminated | undefined;
  /** Why its node did not run it. */
  refusal: string | undefined;
  /** Why it was evicted, in the words of the kubelet. */
  eviction: string | undefined;
  /** How many bytes of what the agent left Kubernetes keeps. */
  resultLimit: number;
}

export interface Look {
  requirements: Record<string, Selector>;
  /** By resource name. */
  resources: Map<string, DesiredResource>;
  pod: SeenPod | undefined;
}

export interface Looking {
  /** Undefined where nobody may. */
  reader: PodReader | undefined;
  identity: RunIdentity | undefined;
  memory: Memory;
  objects: ObjectFacts;
  required: Asked;
  settings: Settings;
  now: Date;
}

/**
 * What to ask for now, and what came of it. It is asked for until the status tells what was seen, because Crossplane asks the function again
 * within one reconcile until it asks for the same.
 */
export function lookAtPod({ reader, identity, memory, objects, required, settings, now }: Looking): Look {
  const until = lookUntil(reader, memory, objects);
  if (reader === undefined || identity === undefined || !(now.getTime() < until))
    return { requirements: {}, resources: new Map(), pod: undefined };
  const desired = reader.desire(identity, settings.providerConfigName);
  const job = memory.status.workloadUID ?? objects.job?.uid;
  const [pod] = reader.podsOf(required.get(POD) ?? []).filter((found) => isOf(found, job));
  return {
    requirements: { [POD]: reader.select(identity) },
    resources: new Map(desired.map(([key, resource]) => [key, { resource, ready: true }])),
    pod: pod && seePod(pod, identity),
  };
}

/** Anybody may make a Pod with the label of a run. */
const isOf = (pod: JsonObject, job: string | undefined): boolean =>
  listAt(pod, 'metadata', 'ownerReferences').some(
    (owner) => job !== undefined && textAt(owner, 'uid') === job && valueAt(owner, 'controller') === true,
  );

const NEVER = Number.NEGATIVE_INFINITY;

/** What decides whether a look is open. */
type Remembered = Pick<Memory, 'state' | 'status' | 'rightsHeld' | 'isRecorded'>;

/** Until when a look is open, in milliseconds; the infinite past when there is none. */
function lookUntil(reader: PodReader | undefined, memory: Remembered, objects: ObjectFacts): number {
  const { state, status, rightsHeld, isRecorded } = memory;
  if (reader === undefined) return NEVER;
  const isFree = rightsHeld?.status === 'False';
  const sinceFree = isFree ? rightsHeld.since + reader.windowMs : NEVER;
  if (isEnded(state)) return isRecorded && isLookWorth(state, status, objects) ? sinceFree : NEVER;
  // A Pod that was ready may be unready again and again, and is not looked at each time.
  if (status.startFailure?.reason !== 'PodNotReady' || status.readyTime !== undefined) return NEVER;
  if (state?.stage === 'stalled') return sinceFree;
  const mayLook = state?.stage === 'working' && (reader.mayLookEarly || isFree);
  return mayLook ? Date.parse(status.startFailure.since ?? '') + reader.windowMs : NEVER;
}

/** The ends after which a Pod is there that may tell more. */
const TELLING: readonly string[] = ['Completed', 'AgentFailed', 'PodFailed'];

/** Of a process that was killed, for lack of memory or otherwise, and of one that the runtime could not start. */
const TELLING_CODES: readonly (number | undefined)[] = [KILLED, 128];

function isLookWorth({ reason }: Ended, { podObservedTime, exitCode }: AgentRunStatus, { plan }: ObjectFacts): boolean {
  // At its own deadline a Job deletes its Pod; an agent that its node has ended has left one.
  const isThere = TELLING.includes(reason) || (reason === 'DeadlineExceeded' && exitCode !== undefined);
  if (podObservedTime !== undefined || !isThere) return false;
  return plan?.results !== undefined || TELLING_CODES.includes(exitCode) || reason === 'PodFailed';
}

/** How long after an end its rights may take to go before nobody waits for a look any more. */
const REVOKING_LIMIT_MS = 120_000;

/** What an answer says, and what of it decides about looks. */
export interface Answered {
  state: RunState;
  status: AgentRunStatus;
  held: Condition;
}

/**
 * Whether a look will be open as soon as an answer is written. Crossplane may not hear that it was written, so it is not left to that.
 */
export function opensLook({ reader, memory, objects, now }: Looking, { state, status, held }: Answered): boolean {
  const before = memory.rightsHeld;
  const isSame = before?.status === held.status && before.reason === held.reason;
  const since = isSame ? before.since : now.getTime();
  const rightsHeld = { ...held, since, observedGeneration: 0 };
  return now.getTime() < lookUntil(reader, { state, status, rightsHeld, isRecorded: true }, objects);
}

/** Until when the Pod of a run that has ended has to stay for a look, in milliseconds; the infinite past when none is awaited. */
export function keepPodUntil({ reader, memory, objects }: Looking, state: Ended, status: AgentRunStatus): number {
  if (reader === undefined || !isLookWorth(state, status, objects)) return NEVER;
  const isFree = isEnded(memory.state) && memory.rightsHeld?.status === 'False';
  return isFree ? lookUntil(reader, memory, objects) : Date.parse(state.completionTime) + REVOKING_LIMIT_MS;
}

/** Whether nothing more is to be learned of a run that has failed to start and holds nothing: it was looked at, or nobody found its Pod. */
export function isLookOver({ pod, memory: { rightsHeld }, now }: Facts): boolean {
  if (pod?.obstacle !== undefined) return true;
  return rightsHeld?.status === 'False' && now.getTime() >= rightsHeld.since + STALLED_MS;
}

/** How long a run without rights waits for a look at why it does not start. */
const STALLED_MS = 20_000;

const MAX_READ = 4096;
const MAX_SAID = 900;
const MAX_NAME = 63;

/** Kubernetes writes names that people chose into its messages. */
const say = (text: string): string => toPlainText(redact(toPlainText(text.slice(0, MAX_READ))).slice(0, MAX_SAID));

function seePod(pod: JsonObject, { id }: RunIdentity): SeenPod {
  const obstacle = findObstacle(pod, [runSkillsName(id)]);
  const [refusal, eviction] = [refusalOf(pod), evictionOf(pod)];
  return {
    name: podName(pod),
    obstacle: obstacle && {
      ...obstacle,
      message: say(obstacle.message),
      ...(obstacle.container !== undefined && { container: obstacle.container.slice(0, MAX_NAME) }),
    },
    terminated: terminationOf(pod, AGENT),
    refusal: refusal && say(refusal),
    eviction: eviction && say(eviction),
    resultLimit: termMessageLimit(pod),
  };
}

/** What a look adds to an end: words, of which the phase is none, and what the status records. */
export function learnFromEnd(
  end: Ended,
  { pod, memory: { status }, objects: { plan }, now }: Facts,
): { state: Ended; learned?: Learned } {
  const { terminated, refusal, eviction } = pod ?? {};
  if (pod === undefined || status.podObservedTime !== undefined) return { state: end };
  if (terminated === undefined && refusal === undefined && eviction === undefined) return { state: end };
  const told =
    terminated && plan?.results && isOwnMessage(terminated) ? readResult(terminated.message, plan.results, pod.resultLimit) : {};
  const exitCode = status.exitCode ?? terminated?.exitCode;
  const learned = {
    podObservedTime: formatTime(now),
    podName: pod.name,
    ...(exitCode !== undefined && isExitCode(exitCode) && { exitCode }),
    ...told,
  };
  return { state: { ...end, ...describeEnd(end, pod) }, learned };
}

function describeEnd(
  { reason }: Ended,
  { terminated, refusal, eviction }: SeenPod,
): Pick<Ended, 'reason' | 'message'> | undefined {
  const isAgents = reason === 'AgentFailed' || reason === 'DeadlineExceeded';
  // The Job tells a disruption, and not that a Pod was evicted for what it took itself.
  if (isAgents && eviction !== undefined) return { reason: 'Evicted', message: `The Pod was evicted from its node: ${eviction}` };
  if (isAgents && terminated?.reason === 'OOMKilled') return { reason: 'OutOfMemory', message: END_MESSAGES.OutOfMemory };
  if (reason === 'AgentFailed' && terminated !== undefined && !isOwnMessage(terminated))
    return { reason: 'PodFailed', message: `The agent could not be started: ${say(terminated.message)}` };
  if (reason === 'PodFailed' && refusal !== undefined)
    return { reason: 'PodAdmissionFailed', message: `${END_MESSAGES.PodAdmissionFailed}: ${refusal}` };
  return undefined;
}

/** Of a container that did not start the message is the runtime's. */
const isOwnMessage = ({ reason }: Terminated): boolean => reason !== 'StartError' && reason !== 'ContainerCannotRun';

const isExitCode = (code: number): boolean => Number.isInteger(code) && code >= 0 && code <= 255;

/**
 * The life of a server. It follows its pack and its policies as long as it lives, and ends only when it is refused before it served, cannot
 * be made, or is cancelled.
 *
 *   from               to           when
 *   (new), waiting     waiting      something it refers to is missing or unreadable
 *   (new), waiting     awaiting     a human has to approve it
 *   making             awaiting     the same, because something was changed or its approval is gone, and it was not let start
 *   awaiting           refused      ApprovalDenied, ApprovalExpired
 *   waiting, awaiting  making       references, spec, guardrails and approval are in order
 *   waiting, making    refused      InvalidSpec, PolicyDenied; all of it goes
 *   making             aborted      PrerequisiteFailed: an object could not be made in 10 minutes
 *   making             making       the start is decided: the status records the Deployment, which the next call gives a replica
 *   making             serving      the Deployment is available
 *   serving            serving      what is planned now has to be approved: the server stays as it is until then
 *   serving            restricted   a policy denies something now: what is denied leaves, and the Pod where it is more than rights
 *   restricted         serving      nothing is denied any more
 *   any                cancelled    spec.cancel
 */
import { type JsonObject, objectAt } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';
import { formatTime } from '../kube/time.ts';
import type { Changes } from '../objects/carrier.ts';
import { describeAnswer } from './approval.ts';
import type { ServerFacts } from './observe.ts';
import { GRANTS, isAmong, type PartKey } from './parts.ts';
import { cancelled, isComplete, making, NO_IMAGES, prepare, recordStart } from './preparation.ts';
import { type Facts, isServing, type Known, type Life, type RunState, type Start, type Step, type Wanted } from './state.ts';

export const SERVER: Life = {
  step,
  isStartDecided,
  // One whose status was lost is not judged until its status says again that it serves: a denial now would end it.
  isFrozen: (facts) => isStartDecided(facts) && facts.memory.status.mode === undefined,
  planInForce: (own, current) => current ?? own,
  want,
  retire: () => ({}),
};

const DEPLOYMENT: PartKey = 'agentrun-deployment';

/** The next state of a server that has not ended. */
function step(facts: Facts): Step {
  const { deployment } = facts.objects;
  if (facts.cancel) return { state: cancelled(facts) };
  const { state: previous } = facts.memory;
  // What was not let start is not, and goes.
  if (facts.admission.kind === 'unapproved' && !isServing(previous) && deployment?.released !== true)
    return { state: prepare(facts, { hasWorkload: false, isFixed: false, isReady: false }) };
  const start = deployment && decide(deployment, facts);
  if (isServing(previous)) return { state: { ...previous, ...serve(facts) }, start };
  if (deployment !== undefined && isStartDecided(facts) && facts.admission.kind !== 'denied') {
    if (!deployment.available) return { state: making(facts.objects), start };
    return { state: { startTime: facts.memory.status.startTime ?? formatTime(facts.now), ...serve(facts) }, start };
  }
  const isReady = isReadyToStart(facts);
  return { state: prepare(facts, { hasWorkload: deployment !== undefined, isFixed: false, isReady }), start };
}

/** Whether the start is decided: its Deployment has a replica, or is to get one. */
function isStartDecided({ memory, objects: { deployment } }: Known): boolean {
  return memory.isDecided || deployment?.released === true;
}

/** Whether it serves, also where the status does not say so yet. */
export const doesServe = (facts: Known): boolean => facts.objects.deployment?.available === true && isStartDecided(facts);

const isReadyToStart = ({ objects }: Facts): boolean => objects.applied.has(DEPLOYMENT) && isComplete(objects);

/** The decision to start, once everything exists as planned; undefined before. */
function decide({ name }: ServerFacts, facts: Facts): Start | undefined {
  const isDecided = isStartDecided(facts);
  if (!isDecided && (facts.isUnreferenced || !isReadyToStart(facts))) return undefined;
  return recordStart(name, isDecided, facts);
}

function serve({
  admission,
  objects: { deployment, lacksImages },
  memory,
}: Facts): Pick<RunState, 'reason' | 'message'> & { stage: 'serving' | 'restricted' } {
  const restriction = restrictionOf(admission);
  if (restriction !== undefined) return { stage: 'restricted', reason: 'PolicyDenied', message: restriction.message };
  // Only what was judged again can be permitted again.
  const { state: previous } = memory;
  if (admission.kind !== 'admitted' && previous?.stage === 'restricted') {
    const message =
      admission.kind === 'unapproved'
        ? `A policy refused something of it before. ${describeAnswer(admission)}`
        : previous.message;
    return { stage: 'restricted', reason: previous.reason, message };
  }
  if (lacksImages) return { stage: 'serving', reason: 'Unavailable', message: NO_IMAGES };
  const waits = admission.kind === 'unapproved' ? `, as it is. ${describeAnswer(admission)}` : '';
  return deployment?.available
    ? { stage: 'serving', reason: 'Available', message: `The server is available${waits}` }
    : { stage: 'serving', reason: 'Unavailable', message: describeUnavailable(deployment) };
}

const describeUnavailable = (deployment: ServerFacts | undefined): string =>
  `The server is not available${deployment ? `: kubectl describe deployment -n ${deployment.namespace} ${deployment.name}` : ''}`;

/** What a policy refuses of a server that serves. */
const restrictionOf = (admission: Facts['admission']) =>
  admission.kind === 'admitted' || admission.kind === 'unapproved' ? admission.restriction : undefined;

/** Everything is as it is planned now. What cannot be planned, because a reference is missing, stays as it exists. */
function want(state: RunState, facts: Facts): Map<string, Wanted> {
  const { prepared } = facts;
  const { deployment, exist } = facts.objects;
  if (prepared !== undefined) {
    const isReleased = deployment !== undefined && mayRun(state, facts);
    const planned = (key: string, manifest: Manifest): Wanted =>
      isReleased && key === DEPLOYMENT
        ? { kind: 'planned', manifest: withReplicas(manifest, 1), watch: true }
        : { kind: 'planned', manifest };
    return new Map([...prepared.manifests].map(([key, manifest]) => [key, planned(key, manifest)]));
  }
  const isStopped = facts.admission.kind === 'unapproved' && facts.admission.restriction !== undefined;
  const change = (workload: ServerFacts): Changes =>
    isStopped ? { manifest: withReplicas(workload.manifest, 0) } : release(workload, state, facts);
  const changesOf = (key: string): Changes => (key === DEPLOYMENT && deployment ? change(deployment) : {});
  // What is refused of something that nobody approved cannot be told from the rest: all of its rights leave, and its Pod.
  const stays = [...exist].filter((key) => !isStopped || !isAmong(GRANTS, key));
  return new Map(stays.map((key) => [key, { kind: 'same', changes: changesOf(key) }]));
}

/** Whether the Pod of the server may run: not before its start is decided, and not while it is denied more than rights. */
function mayRun(state: RunState, facts: Facts): boolean {
  const { admission } = facts;
  const isStopped = admission.kind === 'admitted' && admission.restriction?.stopped === true;
  return !isStopped && (isServing(state) || isStartDecided(facts));
}

/** The release of a Deployment that cannot be planned now. One that serves without a replica was stopped by a denial. */
function release({ released, manifest }: ServerFacts, state: RunState, facts: Facts): Changes {
  if (released || isServing(state) || !isStartDecided(facts) || facts.admission.kind === 'unapproved') return {};
  return { manifest: withReplicas(manifest, 1), watch: true };
}

const withReplicas = <T extends JsonObject>(deployment: T, replicas: number): T => ({
  ...deployment,
  spec: { ...objectAt(deployment, 'spec'), replicas },
});

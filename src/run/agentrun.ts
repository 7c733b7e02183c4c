/** The AgentRun composite: what is given, what exists, what is admitted, the next state, and what follows from it. */
import { SETTINGS_VALID } from '../api/conditions.ts';
import type { Settings } from '../api/settings.ts';
import type { Request } from '../call/request.ts';
import { type Composed, type Condition, eventOf, type Response } from '../call/response.ts';
import type { ObservedCondition } from '../kube/conditions.ts';
import type { JsonObject } from '../kube/json.ts';
import { chooseCarrier, partsAmong } from '../objects/choice.ts';
import { choosePodReader } from '../objects/pods.ts';
import { admit } from './admit.ts';
import { desireObjects, emptyRights, isUntold } from './desired.ts';
import { type GivenRun, readGiven } from './given.ts';
import { judgeHolding } from './held.ts';
import { lifeOf, modeOf, transition } from './life.ts';
import { keepPodUntil, lookAtPod, opensLook } from './look.ts';
import { gatherObjects } from './objects.ts';
import { observeParts } from './observe.ts';
import { COVERS, isAmong } from './parts.ts';
import { keepSecondsOf } from './remains.ts';
import { doesServe } from './server.ts';
import { STAGES } from './stages.ts';
import { type Admission, type Ended, type Facts, isEnded, isPending, isServing } from './state.ts';
import { describeConditions, describeTransition, writeStatus } from './status.ts';
import { chooseTtl } from './wakeup.ts';

/**
 * @param settings what the input says; where nobody can read it, the defaults
 * @param problem why nobody can read the input. It stops the pipeline for a run that has not begun; one that has is watched to its end,
 *   because a stopped pipeline would keep the rights of every run that ends meanwhile
 */
export function composeRun(request: Request, settings: Settings, problem: string | undefined): Response {
  const run = readGiven(request.composite);
  const parts = partsAmong(request.observed, run.variant);
  if (problem !== undefined && !hasBegun(run, parts)) return { kind: 'fatal', message: problem };
  const composed = composeGiven(run, parts, request, settings);
  return { kind: 'composed', ...withSettingsVerdict(composed, run.memory.settingsValid, problem) };
}

function composeGiven(run: GivenRun, parts: ReadonlyMap<string, JsonObject>, request: Request, settings: Settings): Composed {
  const { identity, memory, cancel } = run;
  const { now, required } = request;
  const hasEnded = isEnded(memory.state);
  const carrier = chooseCarrier(settings, run.variant, {
    parts: parts.values(),
    hasClusterRights: memory.status.rights?.some(({ scope }) => scope === 'Cluster') === true,
    asked: hasBegun(run, parts) ? [...required.keys()] : [],
  });
  const own = gatherObjects(request, parts, carrier, identity, !hasEnded && !cancel && !memory.isDecided);
  const { observed, isUnreferenced } = own;
  const objects = observeParts(carrier, observed, memory.status.frozenDigest);
  const known = { memory, objects };
  const isSettled = hasEnded || lifeOf(modeOf(known)).isFrozen(known);
  const serves = isServing(memory.state) || doesServe(known);
  const judged = isSettled ? UNASKED : admit(run, required, { settings, carrier, serves, now });
  const isListed = own.waiting.length === 0;
  const admission: Admission = isListed || isSettled ? judged.admission : { kind: 'waiting', waiting: own.waiting };
  const admitted = admission.kind === 'admitted' ? admission.prepared : undefined;
  const mode = modeOf(known, admitted?.plan.mode);
  // A run stays what it was begun as, also when its workload is gone.
  const prepared = admitted?.plan.mode === mode ? admitted : undefined;
  const reader = choosePodReader(settings, carrier, run.variant);
  const looking = { reader, identity, memory, objects, required, settings, now };
  const look = lookAtPod(looking);
  const facts: Facts = {
    ...{ memory, mode, cancel, admission, prepared, objects, isUnreferenced, now },
    pod: look.pod,
    looksLate: reader?.mayLookEarly === false && memory.rightsHeld?.status !== 'False',
    failure: run.failure,
  };

  const step = transition(facts);
  const { state } = step;
  const learned = { ...memory.status, ...step.learned };
  const cleanUpAt = isEnded(state)
    ? cleanUpTime(state, keepSecondsOf(run.remains, objects.plan?.remains), keepPodUntil(looking, state, learned))
    : undefined;
  const isCleanUp = cleanUpAt !== undefined && now.getTime() >= cleanUpAt;
  const namespace = identity?.namespace ?? '';
  const given = { state, facts, observed, isCleanUp, settings, carrier, isPreview: run.isPreview, namespace };
  const resources = desireObjects(given);
  const emptied = emptyRights(given, resources);
  const areLogsLeft = STAGES[state.stage].desires === 'remains' && !isCleanUp && resources.has('agentrun-job');
  const status = writeStatus(step, identity, facts, { areLogsLeft });
  // An end that is read from a phase nobody knows is news.
  const previous = hasEnded && !memory.isRecorded ? undefined : memory.state;
  const results = describeTransition(previous, state, 'warnings' in admission ? admission.warnings : []);
  const held = judgeHolding({
    ...{ carrier, identity, memory, required, now, observed, state },
    rights: status.rights ?? [],
    isPrepared: status.mode !== undefined,
    desired: new Set(resources.keys()),
  });
  const mayLook = reader?.mayLookEarly === true || held.condition.status === 'False';
  const leaving = [...emptied, ...held.forgotten].map(([key, resource]) => [key, { resource, ready: false }] as const);
  return {
    status,
    ready: STAGES[state.stage].ready,
    resources: new Map([...resources, ...leaving, ...look.resources]),
    conditions: describeConditions(state, status, held.condition),
    results,
    ...(results.length > 0 && state.reason === 'PolicyDenied' && { deniedBy: listRules(admission) }),
    requirements: { ...judged.requirements, ...own.requirements, ...held.requirements, ...(mayLook && look.requirements) },
    ttlSeconds: chooseTtl({
      ...{ state, facts, isBreakerOpen: run.isBreakerOpen, settings },
      isLeaving: held.isPending || hasOnlyCovers(resources),
      isLooking: opensLook(looking, { state, status, held: held.condition }),
      isUntold: isUntold(given),
      cleanUpAt: isCleanUp ? undefined : cleanUpAt,
    }),
  };
}

/** Whether something is still there for Pods that are about to go. */
const hasOnlyCovers = (resources: ReadonlyMap<string, unknown>): boolean =>
  resources.size > 0 && [...resources.keys()].every((key) => isAmong(COVERS, key));

const UNASKED = { admission: { kind: 'unasked' }, requirements: {} } as const;

const listRules = (admission: Admission): string[] =>
  admission.kind === 'denied' ? [...new Set(admission.denials.map(({ rule }) => rule))] : [];

/** When what is kept for its logs may go, in milliseconds; undefined when it is to be kept. */
function cleanUpTime({ completionTime }: Ended, keepSeconds: number, keptUntil: number): number | undefined {
  const until = Date.parse(completionTime) + keepSeconds * 1000;
  const at = keptUntil > until ? keptUntil : until;
  return Number.isFinite(at) ? at : undefined;
}

/** Whether a run has begun, so that it has to be watched to its end whatever becomes of the input. */
const hasBegun = ({ memory: { state } }: GivenRun, parts: ReadonlyMap<string, JsonObject>): boolean =>
  parts.size > 0 || !isPending(state);

function withSettingsVerdict(composed: Composed, before: ObservedCondition | undefined, problem: string | undefined): Composed {
  if (problem === undefined && before === undefined) return composed;
  const verdict: Condition =
    problem === undefined
      ? { type: SETTINGS_VALID, status: 'True', reason: 'Valid', message: '' }
      : { type: SETTINGS_VALID, status: 'False', reason: 'InvalidInput', message: problem };
  const isNew = problem !== undefined && before?.message !== problem;
  return {
    ...composed,
    conditions: [...composed.conditions, verdict],
    results: [...composed.results, ...(isNew ? [eventOf(verdict.reason, verdict.message)] : [])],
  };
}

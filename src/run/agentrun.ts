/** The AgentRun composite: references, resolution, guardrails, state, objects, status, in this order. */

import { variantOf } from '../api/kinds.ts';
import type { Settings } from '../api/settings.ts';
import type { Request } from '../call/request.ts';
import type { Composed } from '../call/response.ts';
import { type JsonObject, objectAt, textAt, valueAt } from '../kube/json.ts';
import { ownObjects } from '../objects/observed.ts';
import { admit } from './admit.ts';
import { desireObjects } from './desire.ts';
import { judgeHolding } from './held.ts';
import { identifyRun } from './identity.ts';
import { type Admission, endedByItself, type Facts, isDecided, isEnded, rightsHaveEnded, transition } from './lifecycle.ts';
import { gatherObjects } from './objects.ts';
import { observeParts } from './observe.ts';
import { describeConditions, describeTransition, readLatched, readState, readStatus, writeStatus } from './status.ts';
import { chooseTtl } from './wakeup.ts';

export function composeRun(request: Request, settings: Settings): Composed {
  const { composite, now } = request;
  const variant = variantOf(composite);
  const identity = identifyRun(composite);
  const before = readStatus(composite);
  const previous = readState(before);
  const cancel = valueAt(composite, 'spec', 'cancel') === true;
  const latched = readLatched(before);
  const own = gatherObjects(request, identity?.id, !isEnded(previous) && !cancel && !latched.decided);
  const { observed, unreferenced } = own;
  const objects = observeParts(observed, before.frozenDigest);
  const seen: Facts = { admission: { kind: 'unasked' }, cancel, objects, unreferenced, latched };
  // A task whose start is decided is frozen: nothing that it refers to can change it, so nothing is asked for.
  const settled = isEnded(previous) || (isDecided(seen) && before.mode !== 'server');
  const { admission: admitted, requirements } = settled
    ? { admission: seen.admission, requirements: {} }
    : admit(request, identity, settings, previous?.phase === 'Serving');
  const isListed = own.waiting.length === 0;
  const admission: Admission = isListed || settled ? admitted : { kind: 'waiting', waiting: own.waiting };
  const facts: Facts = { ...seen, admission };
  const state = transition(previous, facts, now);
  const told = isEnded(previous);
  const cleanUpAt = isEnded(state) ? cleanUpTime(composite, state.completionTime) : undefined;
  const cleanUp = cleanUpAt !== undefined && now.getTime() >= cleanUpAt;
  const resources = desireObjects({
    state,
    facts,
    observed,
    told,
    cleanUp,
    settings,
    variant,
    namespace: identity?.namespace ?? '',
    now,
  });
  const logsLeft = isEnded(state) && endedByItself(state) && !cleanUp && resources.has('agentrun-job');
  const status = writeStatus(state, before, identity, facts, { logsLeft, now });
  const results = describeTransition(previous, state, admission.kind === 'admitted' ? admission.warnings : []);
  const held = judgeHolding({
    request,
    observed,
    state,
    told,
    runId: identity?.id,
    hasRights: (status.rights ?? []).length > 0,
    prepared: status.mode !== undefined,
    rightsEnded: rightsHaveEnded(state, facts, now),
    desired: new Set(resources.keys()),
  });
  const forgotten = [...held.forgotten].map(([key, resource]) => [key, { resource, ready: false }] as const);
  return {
    status,
    ready: ['Running', 'Serving', 'Succeeded'].includes(state.phase),
    resources: new Map([...resources, ...forgotten]),
    conditions: describeConditions(state, status, held.condition),
    results,
    ...(results.length > 0 && state.reason === 'PolicyDenied' && { deniedBy: listRules(admission) }),
    requirements: { ...requirements, ...own.requirements, ...held.requirements },
    ttlSeconds: chooseTtl({
      state,
      facts,
      composite,
      told,
      leaving: held.pending,
      cleanUpAt: cleanUp ? undefined : cleanUpAt,
      settings,
      now,
    }),
  };
}

const listRules = (admission: Admission): string[] =>
  admission.kind === 'denied' ? [...new Set(admission.denials.map(({ rule }) => rule))] : [];

/** When Job and skills of a run that ended by itself may go, in milliseconds; never when they are to be kept. */
function cleanUpTime(composite: JsonObject, completionTime: string): number | undefined {
  const spec = objectAt(composite, 'spec');
  if (spec['cleanup'] === 'keep') return undefined;
  const at = Date.parse(completionTime) + Number(spec['ttlSecondsAfterFinished'] ?? 300) * 1000;
  return Number.isNaN(at) ? undefined : at;
}

/** Whether a run is begun, so that it has to be watched to its end whatever becomes of the input. */
export const isBegun = ({ composite, observed }: Request): boolean =>
  ownObjects(observed, variantOf(composite)).size > 0 || !['', 'Pending'].includes(textAt(composite, 'status', 'phase') ?? '');

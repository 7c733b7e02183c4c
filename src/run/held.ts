/**
 * What a run still holds after its rights were dropped. A dropped Object is no longer observed, so Crossplane is asked
 * for the Objects with the run's label until none is left; what was not fetched yet counts as held.
 *
 * The list comes from a cache that may be behind, and what a composite refers to may be read older than it is. So an empty
 * list is believed only after some seconds, and what it shows then and the composite does not refer to is taken back.
 */
import { RIGHTS_HELD } from '../api/conditions.ts';
import { PART } from '../api/labels.ts';
import type { Request, Selector } from '../call/request.ts';
import type { Condition } from '../call/response.ts';
import { readCondition } from '../kube/conditions.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import { desireAgain, observeObject, WITHHELD } from '../objects/observed.ts';
import { isEnded, type RunState } from './lifecycle.ts';
import { OBJECTS, selectObjects } from './objects.ts';
import { GRANTS, KEPT_AFTER_END, RIGHTS } from './plan.ts';

const REVOKED = 'Revoked';
const TAKING_BACK: readonly string[] = ['Revoking', 'Stopping'];

/** How long after the rights were dropped the cache may still lack what was made before. */
const SETTLED_MS = 5_000;

export interface Holding {
  condition: Condition;
  /** Asks for what is still held; empty when nothing can be. */
  requirements: Record<string, Selector>;
  /** Whether something is still to leave. */
  pending: boolean;
  /** Objects of the run that nothing refers to, by resource name: desired once more, so that they can be dropped. */
  forgotten: Map<string, JsonObject>;
}

export interface Held {
  request: Request;
  /** The Objects of the run that Crossplane observes. */
  observed: ReadonlyMap<string, JsonObject>;
  state: RunState;
  /** Whether the end of the run stands in the status already. */
  told: boolean;
  runId: string | undefined;
  /** Whether the run was given rights, by its status. */
  hasRights: boolean;
  /** Whether the run was ever prepared, by its status. */
  prepared: boolean;
  /** Whether the rights of the run have ended. */
  rightsEnded: boolean;
  /** The resource names that shall exist. */
  desired: ReadonlySet<string>;
}

const condition = (status: 'True' | 'False', reason: string, message: string): Condition => ({
  type: RIGHTS_HELD,
  status,
  reason,
  message,
});

const GONE = condition('False', REVOKED, 'Nothing the run was given is left');
const WAITING = 'Waiting until everything the run was given is gone';
const NOTHING = { requirements: {}, pending: false, forgotten: new Map<string, JsonObject>() };

/** Whether the run holds rights, and what to ask for to know. False is said of nothing that is observed or was not looked for. */
export function judgeHolding(held: Held): Holding {
  const { request, observed, desired, runId, rightsEnded } = held;
  const before = readCondition(request.composite, RIGHTS_HELD);
  const isDropping = RIGHTS.some((key) => observed.has(key) && !desired.has(key));
  const isTakingBack = before?.status === 'True' && TAKING_BACK.includes(before.reason);
  // The list may be there because an earlier call asked for it, of which the composite does not tell yet.
  const isListed = request.required.get(OBJECTS)?.some((object) => mustLeave(object, held)) === true;
  if (!rightsEnded && !isDropping && !isTakingBack && !isListed)
    return { ...NOTHING, condition: describeLiving(held, before?.reason) };
  if (runId === undefined) return { ...NOTHING, condition: condition('False', 'None', 'The run holds no rights') };
  const isThere = isDropping || isListed;
  if (before?.status === 'False' && before.reason === REVOKED && !isThere) return { ...NOTHING, condition: GONE };
  if (isRefused(held) && held.told && !isTakingBack && !isThere)
    return { ...NOTHING, condition: describeLiving(held, before?.reason) };
  return lookFor(held, runId, isDropping, before !== undefined && isTakingBack ? before.since : Number.POSITIVE_INFINITY);
}

/** A run that was refused before anything was made never held anything. */
const isRefused = ({ state, prepared }: Held): boolean => ['InvalidSpec', 'PolicyDenied'].includes(state.reason) && !prepared;

function describeLiving({ hasRights, observed, desired }: Held, before: string | undefined): Condition {
  const isThere = GRANTS.some((key) => observed.has(key) || desired.has(key));
  if (hasRights || isThere) return condition('True', 'Held', 'See status.rights');
  // A server that had rights and asks for none now.
  return before === REVOKED ? GONE : condition('False', 'None', 'The run was given no rights');
}

/** @param since when the rights were first said to be taken back, in milliseconds; never as yet when infinite */
function lookFor(held: Held, runId: string, isDropping: boolean, since: number): Holding {
  const { request, observed, state, desired } = held;
  const requirements = { [OBJECTS]: selectObjects(request.composite, runId) };
  const left = request.required.get(OBJECTS)?.filter((object) => mustLeave(object, held));
  const isSettled = !(request.now.getTime() < since + SETTLED_MS);
  if (left?.length === 0 && !isDropping) {
    if (isRefused(held)) return { ...NOTHING, requirements, condition: condition('False', 'None', 'The run holds no rights') };
    if (isSettled) {
      const isHeld = GRANTS.some((key) => desired.has(key));
      return { ...NOTHING, requirements, condition: isHeld ? describeLiving(held, REVOKED) : GONE };
    }
  }
  const reason = state.phase === 'Cancelled' ? 'Stopping' : 'Revoking';
  const errors = (left ?? []).flatMap((object) => errorOf(object)).sort();
  const forgotten = isSettled ? findForgotten(left ?? [], observed) : NOTHING.forgotten;
  // Another message, so that the time until the list is believed begins anew.
  const what = forgotten.size > 0 ? `Taking back what nothing refers to: ${[...forgotten.keys()].sort().join(', ')}` : WAITING;
  const message = [what, ...errors].join('; ');
  return { requirements, condition: condition('True', reason, message), pending: true, forgotten };
}

/** Rights have to leave; so has the rest of a run that ended, unless it is still desired or stays for its logs. */
function mustLeave(object: JsonObject, { desired, state }: Held): boolean {
  const part = textAt(object, 'metadata', 'labels', PART) ?? '';
  if (desired.has(part)) return false;
  if (!isEnded(state)) return RIGHTS.some((key) => key === part);
  return !KEPT_AFTER_END.some((key) => key === part) || !desired.size;
}

/** What is there, is not being deleted, and is not among what Crossplane observes: nobody would ever delete it. */
function findForgotten(left: JsonObject[], observed: ReadonlyMap<string, JsonObject>): Map<string, JsonObject> {
  const forgotten = left.flatMap((object): [string, JsonObject][] => {
    const part = textAt(object, 'metadata', 'labels', PART) ?? '';
    const isLeaving = textAt(object, 'metadata', 'deletionTimestamp') !== undefined;
    return isLeaving || observed.has(part) ? [] : [[part, desireAgain(object, { managementPolicies: WITHHELD })]];
  });
  return new Map(forgotten);
}

function errorOf(object: JsonObject): string[] {
  const state = observeObject(object);
  return state.kind === 'error' ? [state.message] : [];
}

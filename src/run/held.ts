/**
 * What a run still holds after its rights were removed from what is desired. Crossplane does not observe what is not desired, so it is
 * asked for what has the label of the run until nothing is left. What was not listed yet counts as held.
 *
 * Crossplane is never asked to list a kind of which it is not known that it may, because such a requirement stalls the run, its revocation
 * included. It may list what it has observed, what it has listed before, and what the run had when its start was decided.
 *
 * The list comes from a cache that may be behind, and the references of a composite may be read older than they are. So an empty list is
 * believed only after some seconds; and what is listed then and the composite does not refer to is desired once more, so that it can go.
 */
import { RIGHTS_HELD } from '../api/conditions.ts';
import type { Right } from '../api/generated/types.ts';
import type { Reason } from '../api/reasons.ts';
import type { Required, Selector } from '../call/request.ts';
import type { Condition } from '../call/response.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import type { RunIdentity } from '../model/run.ts';
import type { CarriedState, Carrier } from '../objects/carrier.ts';
import type { Memory } from './memory.ts';
import { findByLabel, list, listEverything, partLabelOf } from './objects.ts';
import { GRANTS, isAmong, KEPT_FOR_LOGS, PARTS, type Part, RIGHTS } from './parts.ts';
import { haveRightsEnded } from './stages.ts';
import { isEnded, type RunState } from './state.ts';

const REVOKED = 'Revoked' satisfies Reason;
const REVOKING: readonly string[] = ['Revoking', 'Stopping'];

/** How long after the rights were dropped the cache may still lack what was made before. */
const SETTLED_MS = 5_000;

export interface Holding {
  condition: Condition;
  /** Asks for what is still held; empty when nothing can be. */
  requirements: Record<string, Selector>;
  /** Whether something is still to leave. */
  isPending: boolean;
  /** What exists of the run and nothing refers to, by resource name: desired once more, so that they can be dropped. */
  forgotten: Map<string, JsonObject>;
}

export interface Held {
  carrier: Carrier;
  identity: RunIdentity | undefined;
  memory: Memory;
  required: Required;
  now: Date;
  /** What Crossplane observes of the run. */
  observed: ReadonlyMap<string, JsonObject>;
  state: RunState;
  /** What the run was given, by its status. */
  rights: readonly Right[];
  /** Whether the run was ever prepared, by its status. */
  isPrepared: boolean;
  /** The resource names that are desired. */
  desired: ReadonlySet<string>;
}

const condition = (status: 'True' | 'False', reason: Reason, message: string): Condition => ({
  type: RIGHTS_HELD,
  status,
  reason,
  message,
});

const GONE = condition('False', REVOKED, 'Nothing the run was given is left');
const WAITING = 'Waiting until everything the run was given is gone';
const NOTHING = { requirements: {}, isPending: false, forgotten: new Map<string, JsonObject>() };

/** Whether the run holds rights, and what to ask for to know. It is never False while a right is observed, or before anyone has looked. */
export function judgeHolding(held: Held): Holding {
  const { required, observed, desired, identity, state } = held;
  const before = held.memory.rightsHeld;
  const isDropping = RIGHTS.some((key) => observed.has(key) && !desired.has(key));
  const isRevoking = before?.status === 'True' && REVOKING.includes(before.reason);
  // The list may be there because an earlier call asked for it, of which the composite does not tell yet.
  const isListed = listEverything(required, held.carrier, identity).some((object) => mustLeave(object, held));
  if (!haveRightsEnded(state.stage) && !isDropping && !isRevoking && !isListed)
    return { ...NOTHING, condition: describeLiving(held, before?.reason) };
  if (identity === undefined) return { ...NOTHING, condition: condition('False', 'None', 'The run holds no rights') };
  const isThere = isDropping || isListed;
  if (before?.status === 'False' && before.reason === REVOKED && !isThere) return { ...NOTHING, condition: GONE };
  if (isRefused(held) && held.memory.isRecorded && !isRevoking && !isThere)
    return { ...NOTHING, condition: describeLiving(held, before?.reason) };
  return lookFor(held, identity, isDropping, before !== undefined && isRevoking ? before.since : Number.POSITIVE_INFINITY);
}

/** A run that was refused before anything was made never held anything. */
const isRefused = ({ state, isPrepared }: Held): boolean => state.stage === 'refused' && !isPrepared;

function describeLiving({ rights, observed, desired }: Held, before: string | undefined): Condition {
  const isThere = GRANTS.some((key) => observed.has(key) || desired.has(key));
  if (rights.length > 0 || isThere) return condition('True', 'Held', 'See status.rights');
  // A server that had rights and asks for none now.
  return before === REVOKED ? GONE : condition('False', 'None', 'The run was given no rights');
}

/** @param since when the status first said that the rights are being removed, in milliseconds; infinite while it does not */
function lookFor(held: Held, identity: RunIdentity, isDropping: boolean, since: number): Holding {
  const { state, desired } = held;
  const isSettled = !(held.now.getTime() < since + SETTLED_MS);
  const { requirements, listed } = askForLeft(held, identity, isSettled);
  const left = listed?.filter((object) => mustLeave(object, held));
  if (left?.length === 0 && !isDropping) {
    if (isRefused(held)) return { ...NOTHING, requirements, condition: condition('False', 'None', 'The run holds no rights') };
    if (isSettled) {
      const isHeld = GRANTS.some((key) => desired.has(key));
      return { ...NOTHING, requirements, condition: isHeld ? describeLiving(held, REVOKED) : GONE };
    }
  }
  const reason = state.stage === 'cancelled' ? 'Stopping' : 'Revoking';
  const errors = (left ?? []).flatMap((object) => errorOf(held.carrier.stateOf(object))).sort();
  const forgotten = isSettled ? findForgotten(held, left ?? []) : NOTHING.forgotten;
  // Another message, so that the time until the list is believed begins anew.
  const what = forgotten.size > 0 ? `Taking back what nothing refers to: ${[...forgotten.keys()].sort().join(', ')}` : WAITING;
  const message = [what, ...errors].join('; ');
  return { requirements, condition: condition('True', reason, message), isPending: true, forgotten };
}

/** What is left of the rights; of a run that nothing refers to, when the list is to be believed, all that exists. */
function askForLeft(held: Held, identity: RunIdentity, isSettled: boolean) {
  const { carrier, required, observed } = held;
  const requirements = carrier.select(
    identity,
    PARTS.filter((part) => mayBeListed(part, held, identity)),
  );
  const listed = list(carrier, identity, requirements, required);
  const isForgotten = (object: JsonObject): boolean => mustLeave(object, held) && !observed.has(partLabelOf(object));
  if (!isSettled || !listed?.some(isForgotten)) return { requirements, listed };
  const everything = findByLabel(carrier, identity, required);
  const all = { ...requirements, ...everything.requirements };
  return { requirements: all, listed: list(carrier, identity, all, required) };
}

/** Whether a right can be asked for. Every run has an identity, so that Crossplane may list it as soon as any run was made. */
function mayBeListed(part: Part, { carrier, required, observed, memory, rights }: Held, identity: RunIdentity): boolean {
  if (part.carries !== 'rights') return part.carries === 'identity';
  const wasGiven = rights.some(({ scope }) => (scope === 'Cluster' ? 'clusterRBAC' : 'rbac') === part.madeFor);
  const wasListed = Object.keys(carrier.select(identity, [part])).some((key) => required.has(key));
  const isObserved = PARTS.some(({ key, madeFor }) => madeFor === part.madeFor && observed.has(key));
  return isObserved || wasListed || (memory.isDecided && wasGiven);
}

/** Rights have to leave; so has the rest of a run that ended, unless it is still desired or stays for its logs. */
function mustLeave(object: JsonObject, { desired, state }: Held): boolean {
  const part = partLabelOf(object);
  if (desired.has(part)) return false;
  if (!isEnded(state)) return isAmong(RIGHTS, part);
  return !isAmong(KEPT_FOR_LOGS, part) || !desired.size;
}

/** What is there, is not being deleted, and is not among what Crossplane observes: nobody would ever delete it. */
function findForgotten({ carrier, observed }: Held, left: JsonObject[]): Map<string, JsonObject> {
  const forgotten = left.flatMap((object): [string, JsonObject][] => {
    const part = partLabelOf(object);
    const isLeaving = textAt(object, 'metadata', 'deletionTimestamp') !== undefined;
    return isLeaving || observed.has(part) ? [] : [[part, carrier.again(object, { permission: 'withheld' })]];
  });
  return new Map(forgotten);
}

const errorOf = (state: CarriedState): string[] => (state.kind === 'error' ? [state.message] : []);

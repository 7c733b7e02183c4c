/**
 * What a run still holds after its rights were dropped. A dropped Object is no longer observed, so Crossplane is asked
 * for the Objects with the run's label until none is left; what was not fetched yet counts as held.
 */
import { RIGHTS_HELD } from '../api/conditions.ts';
import type { Request, Selector } from '../function/request.ts';
import type { Condition } from '../function/response.ts';
import { readCondition } from '../kube/conditions.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import { PART, RUN } from '../kube/labels.ts';
import { identityOf, variantOf } from '../kube/variant.ts';
import { observeObject } from '../objects/observed.ts';
import type { RunState } from './lifecycle.ts';
import { KEPT_AFTER_END, RIGHTS } from './plan.ts';

const HELD_KEY = 'held';
const REVOKED = 'Revoked';

export interface Holding {
  condition: Condition;
  /** Asks for what is still held; empty when nothing can be. */
  requirements: Record<string, Selector>;
  /** Whether something is still to leave. */
  pending: boolean;
}

const condition = (status: 'True' | 'False', reason: string, message: string): Condition => ({
  type: RIGHTS_HELD,
  status,
  reason,
  message,
});

/**
 * @param desired the resource names that shall exist
 * @param prepared whether the run was ever prepared, and so may hold anything
 */
export function judgeHolding(
  request: Request,
  state: RunState,
  run: { id: string | undefined; hasRights: boolean; prepared: boolean },
  desired: ReadonlySet<string>,
): Holding {
  const nothing = { requirements: {}, pending: false };
  if (RIGHTS.some((key) => desired.has(key))) {
    const held = run.hasRights
      ? condition('True', 'Held', 'See status.rights')
      : condition('False', 'None', 'The run was given no rights');
    return { ...nothing, condition: held };
  }
  if (!run.prepared || run.id === undefined)
    return { ...nothing, condition: condition('False', 'None', 'The run holds no rights') };
  const before = readCondition(request.composite, RIGHTS_HELD);
  const revoked = condition('False', REVOKED, 'Nothing the run was given is left');
  if (before?.status === 'False' && before.reason === REVOKED) return { ...nothing, condition: revoked };

  const { apiVersion, namespaced } = variantOf(request.composite).objects;
  const namespace = namespaced ? identityOf(request.composite)?.namespace : undefined;
  const selector = { apiVersion, kind: 'Object', matchLabels: { [RUN]: run.id }, ...(namespace && { namespace }) };
  const asking = { requirements: { [HELD_KEY]: selector } };
  const fetched = request.required.get(HELD_KEY);
  const left = fetched?.filter((object) => mustLeave(object, desired));
  // What is observed exists, even when the list is late.
  const isDropping = [...request.observed.values()].some((object) => mustLeave(object, desired));
  if (left?.length === 0 && !isDropping) return { ...asking, condition: revoked, pending: false };
  const reason = state.phase === 'Cancelled' ? 'Stopping' : 'Revoking';
  const errors = (left ?? []).flatMap((object) => errorOf(object)).sort();
  const message = ['Waiting until everything the run was given is gone', ...errors].join('; ');
  return { ...asking, condition: condition('True', reason, message), pending: true };
}

/** Rights have to leave; so has the rest, unless it is still desired or stays for its logs. */
function mustLeave(object: JsonObject, desired: ReadonlySet<string>): boolean {
  const part = textAt(object, 'metadata', 'labels', PART) ?? '';
  if (desired.has(part)) return false;
  return !KEPT_AFTER_END.some((key) => key === part) || !desired.size;
}

function errorOf(object: JsonObject): string[] {
  const state = observeObject(object);
  return state.kind === 'error' ? [state.message] : [];
}

/**
 * The life of a run as a state machine with one door. A phase is the printed word for a state; code branches on the
 * state.
 *
 *   from        to          when
 *   (none)      Pending     something it refers to is missing or unreadable
 *   Pending     Preparing   references, spec and guardrails are in order
 *   Pending     Failed      the spec is invalid, or a guardrail refuses
 *   any         Cancelled   spec.cancel
 *
 * Succeeded, Failed and Cancelled absorb. A run whose workload exists is prepared from what it was first given: nothing
 * that happens to its references moves it back.
 */
import { type Fault, formatFaults } from '../api/fault.ts';
import type { Waiting } from '../function/references.ts';
import { type Denial, formatDenials } from '../policy/verdict.ts';
import type { ObjectFacts } from './observe.ts';
import type { Prepared } from './plan.ts';

export type RunState =
  | { phase: 'Pending'; reason: string; message: string }
  | { phase: 'Preparing'; reason: string; message: string }
  | { phase: 'Succeeded' | 'Failed' | 'Cancelled'; reason: string; message: string; completionTime: string };

export const isTerminal = (state: RunState): boolean => state.phase !== 'Pending' && state.phase !== 'Preparing';

/** What spec, references and guardrails say together. */
export type Admission =
  | { kind: 'invalid'; faults: Fault[] }
  | { kind: 'denied'; denials: Denial[] }
  | { kind: 'waiting'; waiting: Waiting[] }
  | { kind: 'admitted'; prepared: Prepared };

export interface Facts {
  admission: Admission;
  cancel: boolean;
  objects: ObjectFacts;
}

/** The only way to change the state of a run. */
export function transition(previous: RunState | undefined, facts: Facts, now: Date): RunState {
  if (previous !== undefined && isTerminal(previous)) return previous;
  const completionTime = now.toISOString().replace(/\.\d+Z$/, 'Z');
  if (facts.cancel) return { phase: 'Cancelled', reason: 'Cancelled', message: 'Cancelled by spec.cancel', completionTime };
  if (facts.objects.workloadExists) return preparing(facts);
  const { admission } = facts;
  switch (admission.kind) {
    case 'invalid':
      return { phase: 'Failed', reason: 'InvalidSpec', message: formatFaults(admission.faults), completionTime };
    case 'denied':
      return { phase: 'Failed', reason: 'PolicyDenied', message: formatDenials(admission.denials), completionTime };
    case 'waiting':
      // Objects that exist stay until the reference is back; a run that has begun to prepare is not Pending again.
      return { phase: previous?.phase === 'Preparing' ? 'Preparing' : 'Pending', ...describeWaiting(admission.waiting) };
    case 'admitted':
      return preparing(facts);
  }
}

function preparing({ objects }: Facts): RunState {
  const [error] = objects.errors;
  if (error !== undefined) return { phase: 'Preparing', reason: 'CannotCreate', message: error };
  return { phase: 'Preparing', reason: 'CreatingObjects', message: 'Waiting until everything the run needs exists' };
}

function describeWaiting(waiting: Waiting[]): { reason: string; message: string } {
  const messages = waiting.map(({ message }) => message);
  return { reason: waiting[0]?.reason ?? 'Fetching', message: messages.join('; ') };
}

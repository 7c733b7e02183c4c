/** The AgentRuns of a schedule: how they are made, read, and asked for again without being changed. */
import type { Schedule } from '../api/agentschedule.ts';
import { nameOf, withoutCrossplaneFields } from '../api/composite.ts';
import { API_VERSION, NAMESPACED } from '../api/kinds.ts';
import { CREATED_BY, MADE_AS, SCHEDULE, SCHEDULED_AT } from '../api/labels.ts';
import { isFinal } from '../api/reasons.ts';
import { type JsonObject, objectAt, textAt, valueAt } from '../kube/json.ts';
import { formatTime } from '../kube/time.ts';
import { timeAt } from './memory.ts';

const MINUTE_MS = 60_000;

/** An AgentRun that exists; with claims the claim. */
export interface ScheduledRun {
  name: string;
  /** Milliseconds since 1970. */
  tick: number;
  phase: string | undefined;
  completionTime: number | undefined;
  isCancelled: boolean;
  resource: JsonObject;
}

/** The composed resource that is the run of a tick. */
export const keyOf = (tick: number): string => `run-${tick / MINUTE_MS}`;

/** As a CronJob names its Jobs. */
export const runNameOf = (composite: JsonObject, tick: number): string => `${nameOf(composite)}-${tick / MINUTE_MS}`;

export const hasEnded = ({ phase }: ScheduledRun): boolean => isFinal(phase);

/**
 * Those that exist, the newest first. What somebody deletes is asked for until it is gone, because only then does Crossplane show it; an answer
 * that comes after that makes it again, and what was made again is none.
 */
export function readRuns(observed: ReadonlyMap<string, JsonObject>): ScheduledRun[] {
  const runs = [...observed].flatMap(([key, resource]) => {
    const minutes = /^run-([1-9]\d{0,8})$/.exec(key)?.[1];
    const isRun = minutes !== undefined && resource['kind'] === NAMESPACED.agentRun && !isMadeAgain(resource);
    return isRun ? [readRun(Number(minutes) * MINUTE_MS, resource)] : [];
  });
  return runs.sort((one, other) => other.tick - one.tick);
}

const readRun = (tick: number, resource: JsonObject): ScheduledRun => ({
  name: nameOf(resource),
  tick,
  phase: textAt(resource, 'status', 'phase'),
  completionTime: timeAt(resource, 'status', 'completionTime'),
  isCancelled: valueAt(resource, 'spec', 'cancel') === true,
  resource,
});

/** Who made the schedule makes its runs, for policies that want another approver. */
export function makeRun(schedule: Schedule, composite: JsonObject, tick: number): JsonObject {
  const { metadata, spec } = schedule.runTemplate;
  const createdBy = textAt(composite, 'metadata', 'annotations', CREATED_BY);
  return {
    apiVersion: API_VERSION,
    kind: NAMESPACED.agentRun,
    metadata: {
      name: runNameOf(composite, tick),
      namespace: textAt(composite, 'metadata', 'namespace') ?? '',
      labels: { ...(metadata?.labels as JsonObject), [SCHEDULE]: nameOf(composite) },
      annotations: {
        ...(metadata?.annotations as JsonObject),
        [SCHEDULED_AT]: formatTime(tick),
        ...(createdBy !== undefined && { [CREATED_BY]: createdBy }),
      },
    },
    spec: spec as unknown as JsonObject,
  };
}

/** Crossplane and the tools of people write these. */
const FOREIGN = /^(.*[.])?crossplane[.]io\/|^kubectl[.]kubernetes[.]io\/last-applied-configuration$/;

/**
 * A run as it is: what is left out of an answer is taken away from what exists, and a run may not be changed. Only what nobody set to true
 * is left out, `cancel`, because it may be set at any time, and never back.
 */
export function desireAgain({ resource, isCancelled }: ScheduledRun, cancels: boolean): JsonObject {
  const { cancel: _, ...spec } = withoutCrossplaneFields(objectAt(resource, 'spec'));
  const own = (field: string): JsonObject =>
    Object.fromEntries(Object.entries(objectAt(resource, 'metadata', field)).filter(([key]) => !FOREIGN.test(key)));
  const madeAs = identityOf(resource);
  return {
    apiVersion: API_VERSION,
    kind: NAMESPACED.agentRun,
    metadata: {
      name: nameOf(resource),
      namespace: textAt(resource, 'metadata', 'namespace') ?? '',
      labels: own('labels'),
      // One that was made again says for good what it was made again of.
      annotations: { ...(madeAs !== undefined && { [MADE_AS]: madeAs }), ...own('annotations') },
    },
    spec: { ...spec, ...((isCancelled || cancels) && { cancel: true }) },
  };
}

/** It says so of itself too, and has failed (api/agentrun.ts). One that works is a run, whatever somebody wrote on it. */
function isMadeAgain(run: JsonObject): boolean {
  const madeAs = textAt(run, 'metadata', 'annotations', MADE_AS);
  const identity = identityOf(run);
  const isAnother = madeAs !== undefined && identity !== undefined && madeAs !== identity;
  return isAnother && isFinal(textAt(run, 'status', 'phase'));
}

/** What no other run of its name has: its uid, or of a claim the name of its composite. Undefined until Crossplane has seen it. */
function identityOf(run: JsonObject): string | undefined {
  const spec = objectAt(run, 'spec');
  return textAt(spec, 'resourceRef', 'name') ?? (spec['crossplane'] === undefined ? undefined : textAt(run, 'metadata', 'uid'));
}

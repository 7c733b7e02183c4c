/** The AgentSchedule composite: what it remembers, which runs exist, what is due, and which runs shall exist then. */
import { parseAgentSchedule } from '../api/agentschedule.ts';
import { formatFaults } from '../api/fault.ts';
import type { AgentScheduleStatus } from '../api/generated/types.ts';
import { API_VERSION, NAMESPACED } from '../api/kinds.ts';
import { isBreakerOpen } from '../call/breaker.ts';
import { lookUp, type Request, type Selector } from '../call/request.ts';
import { type Composed, type DesiredResource, eventOf, type Result } from '../call/response.ts';
import { describeChange, describeValid } from '../composites/report.ts';
import { type JsonObject, listAt, textAt, valueAt } from '../kube/json.ts';
import { formatTime } from '../kube/time.ts';
import { type Memory, recall, timeAt } from './memory.ts';
import { desireAgain, hasEnded, keyOf, makeRun, readRuns, runNameOf, type ScheduledRun } from './runs.ts';
import { advance, type Given, learn, listExpired, type Step } from './step.ts';
import { chooseTtl } from './wakeup.ts';

export function composeSchedule(request: Request, ttlSeconds: number): Composed {
  const { composite, required } = request;
  const now = request.now.getTime();
  const memory = recall(composite, now);
  const runs = readRuns(request.observed);
  const parsed = parseAgentSchedule(composite);
  if (!parsed.ok) return composeInvalid(request, learn(memory, runs).memory, runs, formatFaults(parsed.faults), ttlSeconds);

  const schedule = parsed.value;
  const since = timeAt(composite, 'metadata', 'creationTimestamp') ?? now;
  const pending = findPending(required, composite, memory.pending);
  const step = advance({ schedule, memory, runs, exists: pending.exists, since, now });
  const resources = desireRuns(runs, listExpired({ schedule, memory, runs }), step.cancels);
  if (step.make !== undefined)
    resources.set(keyOf(step.make), { resource: makeRun(schedule, composite, step.make), ready: false });
  const phase = schedule.suspend ? 'Suspended' : 'Active';
  const message = schedule.suspend ? 'Suspended: no run is made' : describe(step, runs);
  return {
    status: { ...writeStatus(step.memory, runs), phase, message },
    ready: true,
    resources,
    conditions: [describeValid(true, phase, message)],
    results: [...describeChange(composite, phase, phase, message), ...describeStep(composite, step)],
    requirements: step.asks || pending.exists !== undefined ? pending.requirements : {},
    ttlSeconds: chooseTtl(step, runs, { isBreakerOpen: isBreakerOpen(composite), isSuspended: schedule.suspend, now }),
  };
}

/** Nothing is made, and what was made goes on. */
function composeInvalid(
  { composite }: Request,
  memory: Memory,
  runs: ScheduledRun[],
  message: string,
  ttlSeconds: number,
): Composed {
  return {
    status: { ...writeStatus(memory, runs), phase: 'Invalid', message },
    ready: false,
    resources: desireRuns(runs, new Set(), false),
    conditions: [describeValid(false, 'InvalidSpec', message)],
    results: describeChange(composite, 'Invalid', 'Invalid', message),
    requirements: {},
    ttlSeconds,
  };
}

/** Those that exist and shall stay, by the name of the composed resource. */
const desireRuns = (runs: ScheduledRun[], expired: ReadonlySet<string>, cancels: boolean): Map<string, DesiredResource> =>
  new Map(
    runs
      .filter(({ name }) => !expired.has(name))
      .map((run) => [keyOf(run.tick), { resource: desireAgain(run, cancels && !hasEnded(run)), ready: true }]),
  );

/** Who has a run of the name of the pending tick. Crossplane would take over one that nobody controls, with whatever it holds. */
function findPending(
  required: Request['required'],
  composite: JsonObject,
  tick: number | undefined,
): { exists: Given['exists']; requirements: Record<string, Selector> } {
  if (tick === undefined) return { exists: undefined, requirements: {} };
  const key = keyOf(tick);
  const [name, uid] = [runNameOf(composite, tick), textAt(composite, 'metadata', 'uid') ?? 'none'];
  const namespace = textAt(composite, 'metadata', 'namespace') ?? '';
  const isOurs = (run: JsonObject): boolean =>
    listAt(run, 'metadata', 'ownerReferences').some(
      (owner) => textAt(owner, 'uid') === uid && valueAt(owner, 'controller') === true,
    );
  const found = lookUp(required, key);
  const isKnown = found.kind !== 'notFetched';
  const taken = found.kind === 'found' && isOurs(found.resource) ? 'ours' : 'anothers';
  const exists = isKnown ? (found.kind === 'missing' ? 'no' : taken) : undefined;
  return { exists, requirements: { [key]: { apiVersion: API_VERSION, kind: NAMESPACED.agentRun, matchName: name, namespace } } };
}

function describe({ memory: { pending, next }, cancels }: Step, runs: ScheduledRun[]): string {
  const due = next === undefined || next === Number.POSITIVE_INFINITY ? '' : `The next run is due at ${formatTime(next)}`;
  if (pending === undefined) return due;
  const active = runs.filter((run) => !hasEnded(run)).map(({ name }) => name);
  return cancels
    ? `Cancels ${active.join(', ')}; the run of ${formatTime(pending)} is made when that has ended`
    : `Makes the run of ${formatTime(pending)}`;
}

function describeStep(composite: JsonObject, { made, skips }: Step): Result[] {
  const why = {
    Active: 'another run has not ended',
    Deadline: 'it is too late',
    NameTaken: 'somebody else made an AgentRun of its name',
    Suspended: 'the schedule is suspended',
  };
  return [
    ...(made === undefined ? [] : [eventOf('Scheduled', `Made AgentRun ${runNameOf(composite, made)}`)]),
    // Whoever suspends a schedule knows that it skips.
    ...(skips === undefined || skips.why === 'Suspended'
      ? []
      : [eventOf('TickSkipped', `Skipped ${formatTime(skips.tick)}: ${why[skips.why]}`)]),
  ];
}

function writeStatus(memory: Memory, runs: ScheduledRun[]): AgentScheduleStatus {
  const { schedule, next, pending, last, lastSuccess, skipped, lastSkipped } = memory;
  const active = runs.filter((run) => !hasEnded(run)).map(({ name }) => name);
  const time = <K extends keyof AgentScheduleStatus>(field: K, at: number | undefined) =>
    at === undefined || !Number.isFinite(at) ? {} : { [field]: formatTime(at) };
  return {
    ...(schedule !== undefined && { schedule }),
    ...time('nextScheduleTime', next),
    ...time('pendingTick', pending),
    ...time('lastScheduleTime', last),
    ...time('lastSuccessfulTime', lastSuccess),
    ...(active.length > 0 && { active }),
    ...(runs.length > 0 && {
      runs: runs.map(({ name, tick, phase, completionTime }) => ({
        name,
        tick: formatTime(tick),
        ...(phase !== undefined && { phase }),
        ...(completionTime !== undefined && { completionTime: formatTime(completionTime) }),
      })),
    }),
    skipped,
    ...(lastSkipped !== undefined && { lastSkipped: { tick: formatTime(lastSkipped.tick), why: lastSkipped.why } }),
  };
}

/** The run that an AgentSchedule makes next, for whoever wants to know what becomes of it. */
import { parseAgentSchedule } from '../../api/agentschedule.ts';
import { timesOf } from '../../kube/cron.ts';
import type { JsonObject } from '../../kube/json.ts';
import { makeRun } from '../../schedule/runs.ts';
import { inherit } from './places.ts';

export interface NextRun {
  tick: Date;
  /** The AgentRun; with claims the claim. */
  run: JsonObject;
}

/** That of the first tick after a moment, as if nothing spoke against it; undefined where the schedule cannot be read. */
export function nextRunOf(schedule: JsonObject, after: Date): NextRun | undefined {
  const parsed = parseAgentSchedule(schedule);
  if (!parsed.ok) return undefined;
  const { cron, timeZone } = parsed.value;
  const tick = timesOf(cron, timeZone)(after.getTime());
  return tick === undefined ? undefined : { tick: new Date(tick), run: inherit(makeRun(parsed.value, schedule, tick), schedule) };
}

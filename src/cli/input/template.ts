/** The AgentRun that an AgentSchedule makes, for whoever wants to know what becomes of one. */
import { nameOf } from '../../api/composite.ts';
import { API_VERSION, NAMESPACED } from '../../api/kinds.ts';
import { type JsonObject, objectAt, pick } from '../../kube/json.ts';
import { inherit } from './places.ts';

/** With the name of the schedule. */
export function runOfSchedule(schedule: JsonObject): JsonObject {
  const metadata = { ...pick(objectAt(schedule, 'metadata'), ['namespace']), name: nameOf(schedule) };
  const spec = objectAt(schedule, 'spec', 'runTemplate', 'spec');
  return inherit({ apiVersion: API_VERSION, kind: NAMESPACED.agentRun, metadata, spec }, schedule);
}

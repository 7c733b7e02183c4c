import { type CronSchedule, parseCron } from '../kube/cron.ts';
import { isObject, type JsonObject, type JsonValue, objectAt, textAt, valueAt } from '../kube/json.ts';
import { isTimeZone } from '../kube/timezone.ts';
import { parseAgentRun } from './agentrun.ts';
import { crossplaneFieldsOf, nameOf, parseSpec } from './composite.ts';
import type { Fault, Parsed } from './fault.ts';
import type { AgentScheduleSpec } from './generated/types.ts';
import { validateAgentScheduleSpec } from './generated/validators.js';
import { API_VERSION, NAMESPACED } from './kinds.ts';
import { checkMetadata } from './podmetadata.ts';
import { show } from './schema.ts';

/** The names of its runs have eight digits more and a hyphen, and become the values of labels. As with a CronJob. */
const MAX_NAME = 52;

/** What is read of an AgentSchedule, and when it is due. */
export interface Schedule extends AgentScheduleSpec {
  cron: CronSchedule;
}

/** An AgentSchedule as the function trusts it. Fields: package/claims/apis/agentschedule/definition.yaml. */
export function parseAgentSchedule(composite: JsonObject): Parsed<Schedule> {
  const read = parseCron(textAt(composite, 'spec', 'schedule') ?? '');
  const parsed = parseSpec<AgentScheduleSpec>(composite, validateAgentScheduleSpec, (faults, spec) => {
    const { length } = nameOf(composite);
    if (length > MAX_NAME)
      faults.push({ path: 'metadata.name', found: String(length), rule: `must have at most ${MAX_NAME} characters` });
    checkTimes(faults, spec, 'problem' in read ? read.problem : undefined);
    checkTemplate(faults, valueAt(spec, 'runTemplate'));
  });
  if (!parsed.ok) return parsed;
  // What has a problem has a fault.
  if ('problem' in read) throw new Error(read.problem);
  return { ok: true, value: { ...parsed.value, cron: read.cron } };
}

/** What its schema refuses has its fault. */
function checkTimes(faults: Fault[], spec: JsonValue, problem: string | undefined): void {
  const [schedule, zone] = [textAt(spec, 'schedule'), textAt(spec, 'timeZone')];
  const isRead = (path: string): boolean => faults.every((fault) => fault.path !== path);
  if (schedule !== undefined && problem !== undefined && isRead('spec.schedule'))
    faults.push({ path: 'spec.schedule', found: show(schedule), rule: `must ${problem}` });
  if (zone !== undefined && !isTimeZone(zone) && isRead('spec.timeZone'))
    faults.push({ path: 'spec.timeZone', found: show(zone), rule: 'must be an IANA time zone such as Europe/Warsaw' });
}

/** Everything that would be wrong with an AgentRun that is made of it. */
function checkTemplate(faults: Fault[], template: JsonValue | undefined): void {
  if (!isObject(template)) return;
  const path = 'spec.runTemplate';
  for (const field of ['labels', 'annotations'])
    checkMetadata(faults, `${path}.metadata.${field}`, valueAt(template, 'metadata', field));
  if (!isObject(template['spec'])) return;
  if (template['spec']['cancel'] !== undefined)
    faults.push({
      path: `${path}.spec.cancel`,
      found: 'a value',
      rule: 'must not be set: a run that is made cancelled never runs',
    });
  const spec = objectAt(template, 'spec');
  for (const field of crossplaneFieldsOf(spec))
    faults.push({ path: `${path}.spec.${field}`, found: 'an unknown field', rule: 'must not be set' });
  const metadata = { name: 'any', namespace: 'any' };
  const run = parseAgentRun({ apiVersion: API_VERSION, kind: NAMESPACED.agentRun, metadata, spec });
  if (!run.ok) faults.push(...run.faults.map((fault) => ({ ...fault, path: fault.path.replace(/^spec/, `${path}.spec`) })));
}

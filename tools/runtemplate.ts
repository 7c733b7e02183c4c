/** The template of an AgentSchedule: the schema of an AgentRun, of which everything may be changed, because it is the runs that may not. */
import { readFileSync } from 'node:fs';
import { isMap, isSeq, parseDocument } from 'yaml';

const ROOT = new URL('..', import.meta.url);
const FILE = 'package/claims/apis/agentschedule/definition.yaml';
const SPEC = ['spec', 'versions', 0, 'schema', 'openAPIV3Schema', 'properties', 'spec'];
const RULES = 'x-kubernetes-validations';

const read = (kind: string) => parseDocument(readFileSync(new URL(`package/claims/apis/${kind}/definition.yaml`, ROOT), 'utf8'));

/** The definition of AgentSchedule with its template, by its path. */
export function generateRunTemplate(): Record<string, string> {
  const schema = read('agentrun').getIn(SPEC);
  if (!isMap(schema)) throw new Error('an AgentRun has a spec');
  schema.deleteIn(['properties', 'cancel']);
  schema.set('description', 'The spec of the AgentRuns, without cancel.');
  dropTransitions(schema);
  const schedule = read('agentschedule');
  schedule.setIn([...SPEC, 'properties', 'runTemplate', 'properties', 'spec'], schema);
  return { [FILE]: schedule.toString({ lineWidth: 0, flowCollectionPadding: false }) };
}

/** Rules that compare with what was there before. */
function dropTransitions(node: unknown): void {
  if (isSeq(node)) node.items.forEach(dropTransitions);
  if (!isMap(node)) return;
  const rules = node.get(RULES);
  if (isSeq(rules)) {
    rules.items = rules.items.filter((rule) => !(isMap(rule) && String(rule.get('rule')).includes('oldSelf')));
    if (rules.items.length === 0) node.delete(RULES);
  }
  for (const { value } of node.items) dropTransitions(value);
}

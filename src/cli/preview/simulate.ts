/** A whole life of a run as a text for people or as a value for programs. */
import type { Rule } from '../../api/generated/types.ts';
import { variantOf } from '../../api/kinds.ts';
import { textAt } from '../../kube/json.ts';
import { playScenario, SCENARIOS, type ScenarioName } from '../../simulation/scenarios.ts';
import type { CloudIdentity, Entry, HeldRight, PodLife, Reach, RunEnd } from '../../simulation/timeline.ts';
import type { RenderInput } from '../input/load.ts';
import { withUid } from '../input/uid.ts';

/** Times are seconds since the AgentRun was applied; what has no `until` lasted to the end. */
export interface Simulated {
  scenario: ScenarioName;
  about: string;
  /** Whose life it is: `namespace/name` of the AgentRun. */
  run: string;
  /** What the run last said of itself. */
  end: RunEnd;
  timeline: Entry[];
  rights: HeldRight[];
  /** What its Pods could reach; nothing bounded it where it is empty. */
  reach: Reach[];
  /** As whom it could act in a cloud; what that gave out lasts longer. */
  clouds: CloudIdentity[];
  pods: PodLife[];
  /** What is still there when the AgentRun is gone: nothing, or the program has a fault. */
  left: string[];
}

/** Throws when the composite is not an AgentRun. */
export function simulate({ composite, required, input }: RenderInput, scenario: ScenarioName): Simulated {
  const kind = textAt(composite, 'kind');
  if (kind !== variantOf(composite).agentRun)
    throw new Error(`simulate plays an AgentRun; a ${kind} has no life to play, render shows what it makes`);
  const { about } = SCENARIOS[scenario];
  const simulation = playScenario({ composite: withUid(composite), required, input }, scenario);
  const { entries, rights, reach, clouds, pods, end } = simulation.world.timeline;
  return { scenario, about, run: simulation.name, end, timeline: entries, rights, reach, clouds, pods, left: simulation.left() };
}

/** As lines: what happened, who held which right, which Pods lived. */
export function formatSimulated({ scenario, about, run, end, timeline, rights, reach, clouds, pods, left }: Simulated): string {
  const phases = timeline.map(({ seconds, phase, what }) => [seconds.toFixed(1), phase, what]);
  const held = rights.map(({ serviceAccount, namespace, rule, packs, since, until }) => [
    ...span({ since, until }),
    serviceAccount,
    namespace === undefined ? 'cluster' : `namespace ${namespace}`,
    describeRule(rule),
    packs.join(', '),
  ]);
  const reached = reach.map(({ to, ports, ...life }) => [...span(life), to, ports]);
  const acting = clouds.map(({ serviceAccount, annotation, value, ...life }) => [
    ...span(life),
    serviceAccount,
    annotation,
    value,
  ]);
  const lives = pods.map(({ name, containersWithToken, ...life }) => [
    ...span(life),
    name,
    containersWithToken.join(', ') || 'none',
  ]);
  return [
    `AgentRun ${run}: ${scenario}, ${about}`,
    '',
    ...table(['SECONDS', 'PHASE', 'WHAT HAPPENS'], phases),
    '',
    ...section('Who held which right', ['SINCE', 'UNTIL', 'SERVICEACCOUNT', 'WHERE', 'RIGHT', 'ASKED BY'], held),
    ...(acting.length === 0 ? [] : section(CLOUD, ['SINCE', 'UNTIL', 'SERVICEACCOUNT', 'ANNOTATION', 'VALUE'], acting)),
    ...(reached.length === 0 ? [UNBOUND, ''] : section('What its Pods reach', ['SINCE', 'UNTIL', 'TO', 'PORTS'], reached)),
    ...section('Which Pods lived', ['SINCE', 'UNTIL', 'POD', 'CONTAINERS WITH ITS TOKEN'], lives),
    `Last phase: ${end.phase || 'none'}, ${end.reason}: ${end.message}`,
    `Left after the AgentRun is gone: ${left.join(', ') || 'nothing'}`,
    '',
  ].join('\n');
}

const CLOUD = 'As whom it acts in a cloud, whose tokens last longer';
const UNBOUND = 'What its Pods reach: all that the network permits them, because no policy isolates the run';

const span = ({ since, until }: { since: number; until?: number | undefined }): string[] => [
  since.toFixed(1),
  until === undefined ? 'the end' : until.toFixed(1),
];

function describeRule({ apiGroups, resources, verbs, resourceNames = [] }: Rule): string {
  const groups = apiGroups.map((group) => group || 'core').join(', ');
  const names = resourceNames.length > 0 ? ` named ${resourceNames.join(', ')}` : '';
  return `${verbs.join(', ')}: ${resources.join(', ')}${names} (${groups})`;
}

function section(title: string, header: string[], rows: string[][]): string[] {
  return rows.length === 0 ? [`${title}: none`, ''] : [`${title}:`, ...table(header, rows), ''];
}

/** Columns as wide as what stands in them; numbers to the right. */
function table(header: string[], rows: string[][]): string[] {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const isNumber = header.map((_, column) => rows.every((row) => /^[\d.]+$|^the end$/.test(row[column] ?? '')));
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [header, ...rows].map(line);
}

/** A whole life of a run as a text for people or as a value for programs. */
import type { Rule } from '../../api/generated/types.ts';
import { variantOf } from '../../api/kinds.ts';
import { textAt } from '../../kube/json.ts';
import { playScenario, SCENARIOS, type ScenarioName } from '../../simulation/scenarios.ts';
import type { CloudIdentity, Entry, HeldRight, PodLife, Reach, RunEnd } from '../../simulation/timeline.ts';
import { KINDS } from '../input/files.ts';
import type { RenderInput } from '../input/load.ts';
import { withUid } from '../input/uid.ts';
import { printable } from '../output.ts';

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
  /** When the AgentRun was deleted. */
  deleted: number;
  /** What is still there when the AgentRun is gone: nothing, or the program has a fault. */
  left: string[];
}

/**
 * Throws when the composite is not an AgentRun.
 *
 * @param start when it is made; of the times that it prints only those in messages are of a day
 */
export function simulate({ composite, required, input }: RenderInput, scenario: ScenarioName, start?: Date): Simulated {
  const kind = textAt(composite, 'kind');
  if (kind !== variantOf(composite).agentRun)
    throw new Error(
      `simulate plays an AgentRun or an AgentSchedule: ${kind} has no life to play, and render shows what it makes`,
    );
  const references = required.filter((resource) => KINDS.includes(String(resource['kind'])));
  const simulation = playScenario({ composite: withUid(composite), required: references, input }, scenario, start);
  const { entries, rights, reach, clouds, pods, end } = simulation.world.timeline;
  const serves = scenario === 'success' && entries.some(({ phase }) => phase === 'Serving');
  const about = serves ? 'the run is a server, which serves until its AgentRun is deleted' : SCENARIOS[scenario].about;
  return {
    scenario,
    about,
    run: simulation.name,
    end,
    timeline: entries,
    rights,
    reach,
    clouds,
    pods,
    deleted: simulation.deletedAfter,
    left: simulation.left(),
  };
}

/** What happened, who held which right, which Pods lived: one table each. */
export interface Table {
  title: string;
  header: string[];
  rows: string[][];
  /** What is said when it has no rows. */
  empty: string;
}

export function tablesOf({ timeline, rights, reach, clouds, pods }: Simulated): Table[] {
  const happened = timeline.map(({ seconds, phase, what }) => [seconds.toFixed(1), phase, what]);
  const held = rights.map((right) => [
    ...span(right),
    right.serviceAccount,
    right.namespace === undefined ? 'cluster' : `namespace ${right.namespace}`,
    describeRule(right.rule),
    right.packs.join(', '),
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
  const tables = {
    happened: { title: 'What happened', header: ['SECONDS', 'PHASE', 'WHAT HAPPENS'], rows: happened, empty: 'nothing' },
    held: {
      title: 'Who held which right',
      header: ['SINCE', 'UNTIL', 'SERVICEACCOUNT', 'WHERE', 'RIGHT', 'ASKED BY'],
      rows: held,
      empty: 'none',
    },
    acting: { title: CLOUD, header: ['SINCE', 'UNTIL', 'SERVICEACCOUNT', 'ANNOTATION', 'VALUE'], rows: acting, empty: 'nobody' },
    reached: { title: 'What its Pods reach', header: ['SINCE', 'UNTIL', 'TO', 'PORTS'], rows: reached, empty: UNBOUND },
    lives: {
      title: 'Which Pods lived',
      header: ['SINCE', 'UNTIL', 'POD', 'CONTAINERS WITH ITS TOKEN'],
      rows: lives,
      empty: 'none',
    },
  };
  return Object.values(tables).filter((each) => each !== tables.acting || acting.length > 0);
}

/** As lines for a terminal. */
export function formatSimulated(simulated: Simulated): string {
  const { scenario, about, run, end, left } = simulated;
  const [happened, ...others] = tablesOf(simulated);
  return [
    `AgentRun ${run}: ${scenario}, ${about}`,
    '',
    ...align(happened?.header ?? [], happened?.rows ?? []),
    '',
    ...others.flatMap(section),
    `Last phase: ${end.phase || 'none'}, ${end.reason}: ${end.message}`,
    `Left after the AgentRun is gone: ${left.join(', ') || 'nothing'}`,
    '',
  ]
    .map(printable)
    .join('\n');
}

export const CLOUD = 'As whom it acts in a cloud, whose tokens last longer';
export const UNBOUND = 'all that the network permits them, because no policy isolates the run';

const span = ({ since, until }: { since: number; until?: number | undefined }): string[] => [
  since.toFixed(1),
  until === undefined ? 'the end' : until.toFixed(1),
];

export const describeHolder = ({ serviceAccount, namespace }: Pick<HeldRight, 'serviceAccount' | 'namespace'>): string =>
  `${serviceAccount} ${namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`}`;

export function describeRule({ apiGroups, resources, verbs, resourceNames = [] }: Rule): string {
  const groups = apiGroups.map((group) => group || 'core').join(', ');
  const names = resourceNames.length > 0 ? ` named ${resourceNames.join(', ')}` : '';
  return `${verbs.join(', ')}: ${resources.join(', ')}${names} (${groups})`;
}

const section = ({ title, header, rows, empty }: Table): string[] =>
  rows.length === 0 ? [`${title}: ${empty}`, ''] : [`${title}:`, ...align(header, rows), ''];

/** Columns as wide as what stands in them; numbers to the right. */
export function align(header: string[], rows: string[][]): string[] {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const isNumber = header.map((_, column) => rows.every((row) => /^[\d.]+$|^the end$/.test(row[column] ?? '')));
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [header, ...rows].map(line);
}

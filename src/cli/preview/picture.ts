/** A life of a run as a picture: its phases, its Pods, and who holds which right from when to when. It stands alone: no script, no network. */
import { escapeXml } from '../xml.ts';
import { CLOUD, describeHolder, describeRule, type Simulated, UNBOUND } from './simulate.ts';

interface Bar {
  since: number;
  until?: number | undefined;
}

interface Row extends Bar {
  label: string;
  color: string;
}

interface Section {
  title: string;
  rows: Row[];
  /** What stands there when it has no row. */
  empty: string;
}

const WIDTH = 1120;
const LEFT = 380;
const RIGHT = WIDTH - 30;
const LINE = 17;
const COLUMNS = 48;
const MIN_GAP = 24;

/** Dark enough for white and light enough for black to be told from it, in colour and in print. */
const PHASES: Record<string, string> = {
  Pending: '#d0d7de',
  Preparing: '#f2cc60',
  Running: '#79b8ff',
  Serving: '#79b8ff',
  Succeeded: '#7ee2a8',
  Failed: '#ff9b93',
  Cancelled: '#d2b3ff',
};
const RIGHT_COLOR = '#e36209';
const POD_COLOR = '#0969da';
const OTHER_COLOR = '#57606a';

export function formatSvg(simulated: Simulated): string {
  const sections = listSections(simulated);
  const phases = listPhases(simulated);
  const end = Math.max(...simulated.timeline.map(({ seconds }) => seconds), 1);
  const x = scale([...phases, ...sections.flatMap(({ rows }) => rows)], end);
  const body: string[] = [];
  let top = 78;
  body.push(...drawPhases(phases, x, top));
  top += 42;
  for (const { title, rows, empty } of sections) {
    body.push(text(20, top + 14, title, 'font-weight="600"'));
    top += 26;
    if (rows.length === 0) body.push(text(20, top + 8, empty));
    for (const row of rows) {
      const lines = wrap(row.label);
      body.push(...lines.map((line, index) => text(20, top + 8 + index * LINE, line)), drawBar(row, x, top));
      top += Math.max(1, lines.length) * LINE + 8;
    }
    top += rows.length === 0 ? 28 : 12;
  }
  const moments = x.moments;
  const axis = [
    ...moments.map(
      (moment) => `<line x1="${x.at(moment)}" y1="74" x2="${x.at(moment)}" y2="${top}" stroke="#8c959f" stroke-dasharray="2 4"/>`,
    ),
    ...moments.map((moment, index) =>
      text(x.at(moment), top + 16 + (index % 2) * 14, describeTime(moment), 'text-anchor="middle" font-size="11"'),
    ),
  ];
  const height = top + 66;
  const title = `AgentRun ${simulated.run}: ${simulated.scenario}, ${simulated.about}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="13">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="desc">${escapeXml(describe(simulated))}</desc>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(20, 30, `AgentRun ${simulated.run}`, 'font-size="18" font-weight="600"'),
    text(
      20,
      52,
      `${simulated.scenario}: ${simulated.about}. It ends ${simulated.end.phase || 'without a phase'}, ${simulated.end.reason}.`,
    ),
    ...axis,
    ...body,
    text(
      20,
      height - 14,
      'Seconds since the AgentRun was applied, in a model of Crossplane and a cluster. Short times are drawn wider than long ones.',
      'font-size="11" fill="#57606a"',
    ),
    '</svg>',
    '',
  ].join('\n');
}

/** What the picture shows, for who cannot see it. */
function describe({ rights, pods }: Simulated): string {
  const held = rights.map(
    (right) => `${describeHolder(right)} holds ${describeRule(right.rule)} from ${right.since} s to ${untilOf(right)}.`,
  );
  const lives = pods.map((pod) => `Pod ${pod.name} lives from ${pod.since} s to ${untilOf(pod)}.`);
  return [...lives, ...held, ...(held.length === 0 ? ['No right is held.'] : [])].join(' ');
}

const untilOf = ({ until }: Bar): string => (until === undefined ? 'the end' : `${until} s`);

function listSections({ rights, pods, clouds, reach }: Simulated): Section[] {
  const sections = [
    {
      title: 'Who holds which right',
      rows: rights.map((right) => ({
        ...right,
        label: `${describeHolder(right)} ${describeRule(right.rule)}`,
        color: RIGHT_COLOR,
      })),
      empty: 'nobody holds any',
    },
    {
      title: 'Which Pods live',
      rows: pods.map((pod) => ({
        ...pod,
        label: `${pod.name}, token in ${pod.containersWithToken.join(', ') || 'none'}`,
        color: POD_COLOR,
      })),
      empty: 'none',
    },
    {
      title: 'What its Pods reach',
      rows: reach.map((reached) => ({ ...reached, label: `${reached.to} ${reached.ports}`, color: OTHER_COLOR })),
      empty: UNBOUND,
    },
  ];
  if (clouds.length === 0) return sections;
  const rows = clouds.map((cloud) => ({ ...cloud, label: `${cloud.annotation} ${cloud.value}`, color: OTHER_COLOR }));
  return [...sections, { title: CLOUD, rows, empty: '' }];
}

interface Phase extends Bar {
  name: string;
}

/** Each phase from the moment it was told to the next. */
function listPhases({ timeline }: Simulated): Phase[] {
  const phases: Phase[] = [];
  for (const { seconds, phase } of timeline) {
    const last = phases.at(-1);
    if (phase === '' || phase === last?.name) continue;
    if (last) last.until = seconds;
    phases.push({ name: phase, since: seconds });
  }
  return phases;
}

interface Scale {
  at: (seconds: number) => number;
  moments: number[];
}

/** Moments from left to right, each interval as wide as the logarithm of its length, so that what takes a tenth of a second is seen. */
function scale(bars: Bar[], end: number): Scale {
  const all = bars.flatMap(({ since, until = end }) => [since, until]);
  const moments = [...new Set([0, ...all, end])].sort((a, b) => a - b);
  const weights = moments.slice(1).map((moment, index) => Math.log10(1 + 10 * (moment - (moments[index] ?? 0))));
  const free = RIGHT - LEFT - MIN_GAP * weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let position = LEFT;
  const positions = new Map<number, number>([[moments[0] ?? 0, position]]);
  for (const [index, weight] of weights.entries()) {
    position += MIN_GAP + (weight / total) * free;
    positions.set(moments[index + 1] ?? 0, Math.round(position * 10) / 10);
  }
  return { at: (seconds) => positions.get(seconds) ?? RIGHT, moments };
}

const drawPhases = (phases: Phase[], x: Scale, top: number): string[] => [
  text(20, top + 18, 'Phase', 'font-weight="600"'),
  ...phases.flatMap(({ name, since, until }) => {
    const [from, to] = [x.at(since), until === undefined ? RIGHT : x.at(until)];
    const isWide = to - from > name.length * 7.5;
    return [
      `<rect x="${from}" y="${top}" width="${round(to - from)}" height="26" fill="${PHASES[name] ?? '#ffffff'}" stroke="#57606a"><title>${name}</title></rect>`,
      ...(isWide ? [text(from + 5, top + 18, name)] : []),
    ];
  }),
];

function drawBar({ since, until, color, label }: Row, x: Scale, top: number): string {
  const [from, to] = [x.at(since), until === undefined ? RIGHT : x.at(until)];
  return `<rect x="${from}" y="${top - 4}" width="${round(Math.max(to - from, 2))}" height="14" rx="3" fill="${color}"><title>${escapeXml(`${label}: ${since} s to ${untilOf({ since, until })}`)}</title></rect>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const text = (x: number, y: number, value: string, attributes = ''): string =>
  `<text x="${x}" y="${y}" ${attributes}>${escapeXml(value)}</text>`;

const describeTime = (seconds: number): string => {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${round(seconds / 60)} min` : `${round(seconds / 3600)} h`;
};

/** At most three lines; what is cut off stands in the title of the bar. */
function wrap(label: string): string[] {
  const lines = [''];
  for (const word of label.split(' ').flatMap((part) => part.match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [])) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length + 1 > COLUMNS && last !== '') lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.length <= 3 ? lines : [...lines.slice(0, 2), `${(lines[2] ?? '').slice(0, COLUMNS - 1)}…`];
}

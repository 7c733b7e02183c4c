/** The promises over random lives of runs in the model of `simulate`: edits, losses, refusals, restarts, delays, stale caches. */
import { describe, expect, it } from 'vitest';
import { listBoundRules } from '../src/simulation/rights.ts';
import type { World } from '../src/simulation/world.ts';
import { ASKING_HANDS, GIVEN, HANDS, type Hand, runOf, SETTINGS } from './support/hands.ts';
import { type Invariant, must, Violation } from './support/invariants.ts';
import { plain } from './support/packs.ts';
import { Random } from './support/random.ts';
import { Watched } from './support/watched.ts';

/**
 * In each variant the same histories each time, so that a failure is of the change that is tested. `SEED=` plays that one, and with
 * `HISTORIES=` as many from it on.
 */
const SEED = process.env['SEED'];
const FIRST = Number(SEED ?? 1);
const COUNT = Number(process.env['HISTORIES'] ?? (SEED === undefined ? 3_000 : 1));

interface Step {
  name: string;
  choice: unknown;
  /** Which run it is done to. */
  run: number;
}

interface History {
  seed: number;
  kinds: number[];
  /** How long the first run is left alone, until it works or so many seconds. */
  head: number;
  steps: Step[];
}

const weighted = (hands: Record<string, Hand>) => Object.entries(hands).map(([name, hand]) => ({ name, ...hand }));
const WEIGHTED = weighted(HANDS);
const WEIGHTED_ASKING = weighted(ASKING_HANDS);

function historyOf(seed: number, hands = WEIGHTED): History {
  const random = new Random(seed);
  const count = random.pick([1, 1, 1, 1, 2, 2, 3]);
  const kinds = Array.from({ length: count }, () => random.integer(0, 19));
  const steps = Array.from({ length: random.integer(4, 16) }, () => {
    const { name, choices = [undefined] } = random.weighted(hands);
    return { name, choice: random.pick(choices), run: random.integer(0, count - 1) };
  });
  return { seed, kinds, head: random.pick([0, 0, 1, 30]), steps };
}

/** What became of a history. */
interface Played {
  watched: Watched;
  phases: string[];
  violation?: Violation;
}

function play(history: History): Played {
  const composites = history.kinds.map((kind, index) => runOf(index, kind, kind >> 2));
  const watched = new Watched({ composites, required: [...GIVEN, plain], input: SETTINGS }, new Random(history.seed + 2 ** 31));
  const played: Played = { watched, phases: [] };
  try {
    for (const run of watched.runs) run.apply();
    watched.world.clock.advanceUntil(() => works(watched), history.head * 1000);
    for (const step of history.steps) act(watched, step);
    played.phases = watched.runs.map(({ status }) => status.phase ?? 'none');
    conclude(watched);
  } catch (error) {
    if (!(error instanceof Violation)) throw new Error(`${(error as Error).stack}\n${watched.describe()}`);
    played.violation = error;
  }
  return played;
}

const works = ({ runs: [first] }: Watched): boolean => ['Running', 'Serving'].includes(first?.status.phase ?? '');

function act(watched: Watched, { name, choice, run }: Step): void {
  const hand = ASKING_HANDS[name] as Hand;
  const subject = watched.runs[run];
  if (subject === undefined) return;
  if (!name.startsWith('wait')) watched.disturb();
  hand.act(watched, choice as never, subject);
}

/** Everything works again, every run comes to its end, and then everything is deleted. */
function conclude(watched: Watched): void {
  const { world } = watched;
  watched.heal();
  for (const run of watched.runs) run.endAgent(0);
  // Until it is clear which of them serve, and so do not end by themselves.
  world.clock.advance(120_000);
  for (const run of watched.runs) if (run.status.mode !== 'task') run.change({ cancel: true });
  if (watched.hasTrouble('settings')) must('endsWithBrokenSettings', isFreeInTime(world, HOUR_MS / 2), holders(world));
  watched.editSettings();
  must('endsWithoutRights', isFreeInTime(world, HOUR_MS), holders(world));
  for (const run of watched.runs) run.delete();
  const isOver = () => watched.runs.every((run) => run.isOver());
  must('nothingLeft', world.clock.advanceUntil(isOver, HOUR_MS), watched.runs[0]?.left().join(', ') ?? '');
}

const HOUR_MS = 3_600_000;

const isFreeInTime = ({ api, clock }: World, limit: number): boolean =>
  clock.advanceUntil(() => listBoundRules(api).length === 0, limit);

const holders = ({ api }: World): string =>
  [...new Set(listBoundRules(api).map(({ serviceAccount }) => serviceAccount))].join(', ');

/** The same fault in as few steps as it takes. */
function shorten(history: History, invariant: Invariant): History {
  let shortest = history;
  for (let index = history.steps.length - 1; index >= 0; index -= 1) {
    const shorter = { ...shortest, steps: shortest.steps.filter((_, other) => other !== index) };
    if (play(shorter).violation?.invariant === invariant) shortest = shorter;
  }
  return shortest;
}

function explain(history: History, violation: Violation): string {
  const shortest = shorten(history, violation.invariant);
  const { watched, violation: again = violation } = play(shortest);
  const steps = shortest.steps.map(({ name, choice, run }) => `${name} ${JSON.stringify(choice) ?? ''} (run ${run})`);
  return `SEED=${history.seed}: ${again.message}\n\n${steps.join('\n')}\n\n${watched.describe()}`;
}

describe('over random histories', () => {
  it(`a run starts at most once, ends once, holds nothing then, and leaves nothing (from seed ${FIRST})`, () => {
    const reached: Record<string, number> = {};
    for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
      const history = historyOf(seed);
      const { phases, violation } = play(history);
      if (violation !== undefined) throw new Error(explain(history, violation));
      for (const phase of phases) reached[phase] = (reached[phase] ?? 0) + 1;
    }
    // Each is reached often enough for this to prove something.
    for (const phase of ['Preparing', 'Running', 'Serving', 'Succeeded', 'Failed', 'Cancelled'])
      if (COUNT >= 3_000) expect(reached[phase], phase).toBeGreaterThan(50);
  });

  it(`nothing is made of a run before it is approved, where policies want that (from seed ${FIRST})`, () => {
    for (let seed = FIRST; seed < FIRST + COUNT / 15; seed += 1) {
      const history = historyOf(seed, WEIGHTED_ASKING);
      const { violation } = play(history);
      if (violation !== undefined) throw new Error(explain(history, violation));
    }
  });
});

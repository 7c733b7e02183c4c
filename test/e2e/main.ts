/** `npm run e2e`: plays every scenario on the cluster of KUBECONFIG. Ends with 0 when all passed, 1 when not, 2 when it cannot. */
import { readdirSync } from 'node:fs';
import { install, uninstall } from './install.ts';
import { composeOf, flagOf, type Options, parseOptions } from './options.ts';
import { findMissing } from './preflight.ts';
import { formatOutcomes, type Outcome, verdictOf, writeResults } from './report.ts';
import { type Scenario, World } from './world.ts';

const SCENARIOS = new URL('scenarios/', import.meta.url);

/** One file each, in the order of their names. */
async function loadScenarios(only: string[]): Promise<[string, Scenario][]> {
  const names = readdirSync(SCENARIOS)
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`there is no scenario ${unknown.join(', ')}: there are ${names.join(', ')}`);
  const chosen = names.filter((name) => only.length === 0 || only.includes(name));
  return Promise.all(
    chosen.map(async (name): Promise<[string, Scenario]> => {
      const { scenario } = (await import(new URL(`${name}.ts`, SCENARIOS).href)) as { scenario: Scenario };
      return [name, scenario];
    }),
  );
}

/** Why a scenario cannot be played here. */
function whySkipped(options: Options, { needs = [], configurations, compose, realPods = false }: Scenario): string | undefined {
  const isMeant = configurations === undefined || configurations.includes(options.configuration);
  if (!isMeant) return `only with ${configurations.join(' and ')}`;
  if (compose !== undefined && compose !== composeOf(options)) return `only with compose: ${compose}`;
  if (realPods && options.fakePods) return 'only with real Pods';
  const missing = needs.filter((flag) => options[flag] === undefined);
  return missing.length > 0 ? `needs ${missing.map(flagOf).join(', ')}` : undefined;
}

async function play(options: Options, name: string, scenario: Scenario): Promise<Outcome> {
  const { about, play } = scenario;
  const skipped = whySkipped(options, scenario);
  if (skipped !== undefined) return { name, about, skipped, seconds: 0, figures: [], readings: [] };
  const world = new World(options, name);
  const start = performance.now();
  const outcome = (): Outcome => ({
    name,
    about,
    seconds: (performance.now() - start) / 1000,
    figures: world.figures,
    readings: world.readings,
  });
  try {
    await world.open();
    await play(world);
    await world.close();
    return outcome();
  } catch (error) {
    const failure = `${(error as Error).message}\n${await world.describe().catch((reason: Error) => reason.message)}`;
    await world.close().catch(() => world.podsEver.stop());
    return { ...outcome(), failure };
  }
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const scenarios = await loadScenarios(options.only);
  const missing = await findMissing(options);
  if (missing.length > 0) {
    for (const reason of missing) process.stderr.write(`e2e: ${reason}\n`);
    return 2;
  }
  const outcomes: Outcome[] = [];
  try {
    await install(options);
    for (const [name, scenario] of scenarios) {
      const outcome = await play(options, name, scenario);
      outcomes.push(outcome);
      process.stderr.write(`${verdictOf(outcome)}  ${name}  ${outcome.seconds.toFixed(0)} s\n`);
      if (outcome.failure !== undefined) process.stderr.write(`${outcome.failure}\n`);
    }
  } finally {
    process.stdout.write(formatOutcomes(outcomes));
    writeResults(options.results, outcomes);
    await uninstall(options);
  }
  return outcomes.every(({ failure }) => failure === undefined) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`e2e: ${error.message}\n`);
    process.exitCode = 2;
  },
);

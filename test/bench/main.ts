/** `npm run bench`: the function against a null function on the same transport, in one run. See README.md. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { buildCases, type Case } from './cases.ts';
import { Caller, type Load } from './load.ts';
import { bundle, type Started, startProcess } from './processes.ts';
import { writeResponses } from './responses.ts';

interface Options {
  calls: number;
  rounds: number;
  growthCalls: number;
  profile: boolean;
  results: string;
}

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
};

const options = new Command('bench')
  .description('Measures the function against a null function, an empty Node process and itself.')
  .option('--calls <number>', 'calls of each round', whole, 2_000)
  .option('--rounds <number>', 'rounds of each case, in turns', whole, 5)
  .option('--growth-calls <number>', 'calls over which memory is watched', whole, 100_000)
  .option('--profile', 'writes a CPU profile of the function', false)
  .option('--results <directory>', 'where results.json and profiles are written', 'bench-results')
  .parse()
  .opts<Options>();

const CONCURRENCY = [1, 16, 64];
const STARTS = 15;

interface Row {
  name: string;
  concurrency: number;
  real: Load;
  null: Load;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const medianLoad = (loads: Load[]): Load => ({
  p50: median(loads.map(({ p50 }) => p50)),
  p99: median(loads.map(({ p99 }) => p99)),
  callsPerSecond: median(loads.map(({ callsPerSecond }) => callsPerSecond)),
});

/** Until the code is compiled. */
const WARM_UP = 1_000;

/** In turns, so that what else the machine does meets both. */
async function measureCase({ name, request }: Case, real: Caller, nothing: Caller): Promise<Row[]> {
  const rows: Row[] = [];
  for (const caller of [real, nothing]) await caller.load(request, WARM_UP, 16);
  for (const concurrency of CONCURRENCY) {
    const reals: Load[] = [];
    const nulls: Load[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      reals.push(await real.load(request, options.calls, concurrency));
      nulls.push(await nothing.load(request, options.calls, concurrency));
    }
    rows.push({ name, concurrency, real: medianLoad(reals), null: medianLoad(nulls) });
  }
  return rows;
}

const MS_UNTIL_IDLE = 2_000;

async function measureStarts(file: string, args: string[]): Promise<{ coldStart: number; rss: number }> {
  const starts: number[] = [];
  const sizes: number[] = [];
  for (let index = 0; index < STARTS; index += 1) {
    const started = await startProcess(file, args);
    starts.push(started.coldStart);
    if (index < 3) {
      await wait(MS_UNTIL_IDLE);
      sizes.push(started.rss());
    }
    await started.stop();
  }
  return { coldStart: median(starts), rss: median(sizes) };
}

/** Resident memory in MiB after half of the calls and after all of them, in turns over every case. */
async function measureGrowth(cases: Case[], process: Started): Promise<{ half: number; all: number }> {
  const caller = new Caller(process.port);
  const callHalf = async (): Promise<number> => {
    for (const { request } of cases) await caller.load(request, Math.ceil(options.growthCalls / 2 / cases.length), 16);
    await wait(MS_UNTIL_IDLE);
    return process.rss();
  };
  const half = await callHalf();
  const all = await callHalf();
  caller.close();
  return { half, all };
}

function format(rows: Row[]): string {
  const cells = rows.map(({ name, concurrency, real, null: nothing }) => [
    name,
    String(concurrency),
    real.p50.toFixed(2),
    real.p99.toFixed(2),
    real.callsPerSecond.toFixed(0),
    (real.p50 / nothing.p50).toFixed(2),
    (real.p99 / nothing.p99).toFixed(2),
    (real.callsPerSecond / nothing.callsPerSecond).toFixed(2),
  ]);
  const head = ['case', 'at a time', 'p50 ms', 'p99 ms', 'calls/s', 'p50 / null', 'p99 / null', 'calls/s / null'];
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  mkdirSync(options.results, { recursive: true });
  const [functionFile, nullFile, emptyFile] = await Promise.all(
    ['src/main.ts', 'test/bench/null.ts', 'test/bench/empty.ts'].map((entry) => bundle(entry, directory)),
  );
  const args = ['--insecure', '--address', '127.0.0.1:0', '--metrics-address', '127.0.0.1:0'];
  const profiling = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.results}`] : [];
  const cases = buildCases();

  const starts = { function: await measureStarts(functionFile ?? '', args), empty: await measureStarts(emptyFile ?? '', []) };
  const real = await startProcess(functionFile ?? '', args, profiling);
  const responses = join(directory, 'responses.json');
  writeResponses(responses, cases);
  const nothing = await startProcess(nullFile ?? '', [responses]);
  const callers = [new Caller(real.port), new Caller(nothing.port)] as const;
  const rows: Row[] = [];
  for (const one of cases) rows.push(...(await measureCase(one, ...callers)));
  for (const caller of callers) caller.close();
  await nothing.stop();
  const growth = await measureGrowth(cases, real);
  await real.stop();
  rmSync(directory, { recursive: true });

  const ratio = (a: number, b: number): string => (a / b).toFixed(2);
  process.stdout.write(
    [
      format(rows),
      `cold start: ${starts.function.coldStart.toFixed(0)} ms, ${ratio(starts.function.coldStart, starts.empty.coldStart)} of an empty process`,
      `memory when idle: ${starts.function.rss.toFixed(0)} MiB, ${ratio(starts.function.rss, starts.empty.rss)} of an empty process`,
      `memory after ${options.growthCalls} calls: ${growth.all.toFixed(0)} MiB, ${ratio(growth.all, growth.half)} of what it was after half of them`,
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(options.results, 'results.json'),
    `${JSON.stringify({ node: process.version, rows, starts, growth }, null, 2)}\n`,
  );
}

await main();

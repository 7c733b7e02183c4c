/** What of the suite can be proven without a cluster: that it is never green there, and what it writes. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/project.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { sumCounter } from './metrics.ts';
import { formatOutcomes, type Outcome, writeResults } from './report.ts';

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = ['--import', import.meta.resolve('tsx'), projectPath('test/e2e/main.ts'), ...args];
  const env = { ...process.env, KUBECONFIG: '/nowhere/kubeconfig' };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, command, { env })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe('the suite ends with 2 and the reason', () => {
  it.each([
    [['--fake-pods'], /^e2e: no cluster: kubectl /],
    [['--only', 'magic'], /^e2e: there is no scenario magic: there are 01-seed-pack, /],
  ])('with %j and no cluster', async (args, reason) => {
    expect(await run(...args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(reason) });
  });
});

it('counters are summed over their series', () => {
  const text = [
    '# TYPE calls_total counter',
    'calls_total{a="x",b="1"} 2',
    'calls_total{a="x",b="2"} 3',
    'calls_total{a="y"} 7',
    '',
  ].join('\n');
  expect(sumCounter(text, 'calls_total', { a: 'x' })).toBe(5);
  expect(sumCounter(text, 'others_total', { a: 'x' })).toBe(0);
});

describe('the results', () => {
  const OUTCOMES: Outcome[] = [
    {
      name: 'one',
      about: 'works',
      seconds: 1.23,
      figures: [{ name: 'rights gone', value: 2.4, unit: 's' }],
      readings: [
        ['said', 'at the end'],
        ['a', 'b'],
      ],
    },
    { name: 'two', about: 'does not', failure: 'a < b & "c"', seconds: 2, figures: [], readings: [] },
    { name: 'three', about: 'may', skipped: 'needs --stop-core', seconds: 0, figures: [], readings: [] },
  ];

  it('are a table', () => {
    expect(formatOutcomes(OUTCOMES)).toBe(
      [
        '| scenario | verdict | seconds | measured | what it proves |',
        '| --- | --- | --- | --- | --- |',
        '| one | passed | 1 | rights gone 2.4 s | works |',
        '| two | FAILED | 2 |  | does not |',
        '| three | skipped | 0 | needs --stop-core | may |',
        '',
        '| said | at the end |',
        '| --- | --- |',
        '| a | b |',
        '',
      ].join('\n'),
    );
  });

  it('are JUnit and JSON', () => {
    const directory = temporaryDirectory();
    writeResults(directory, OUTCOMES);
    expect(JSON.parse(readFileSync(join(directory, 'results.json'), 'utf8'))).toEqual(OUTCOMES);
    expect(readFileSync(join(directory, 'junit.xml'), 'utf8').split('\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuite name="e2e" tests="3" failures="1" skipped="1">',
      '  <testcase classname="e2e" name="one" time="1.2"/>',
      '  <testcase classname="e2e" name="two" time="2.0"><failure>a &lt; b &amp; &quot;c&quot;</failure></testcase>',
      '  <testcase classname="e2e" name="three" time="0.0"><skipped message="needs --stop-core"/></testcase>',
      '</testsuite>',
      '',
    ]);
  });
});

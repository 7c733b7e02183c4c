/** The outcome of the suite for people, for programs, and for what shows JUnit. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './world.ts';

export interface Outcome {
  name: string;
  about: string;
  failure?: string;
  /** Why it was not played. Without this and a failure it passed. */
  skipped?: string;
  seconds: number;
  figures: Figure[];
  readings: string[][];
}

const describeFigures = (figures: Figure[]): string =>
  figures.map(({ name, value, unit }) => `${name} ${value} ${unit}`).join(', ');

export const verdictOf = ({ failure, skipped }: Outcome): 'passed' | 'FAILED' | 'skipped' =>
  failure !== undefined ? 'FAILED' : skipped !== undefined ? 'skipped' : 'passed';

/** Tables in Markdown: the outcomes, and what people read meanwhile. */
export function formatOutcomes(outcomes: Outcome[]): string {
  const readings = outcomes.flatMap(({ readings: [head = [], ...rows] }) =>
    rows.length > 0 ? [`\n${formatTable([head, head.map(() => '---'), ...rows])}`] : [],
  );
  return [formatVerdicts(outcomes), ...readings].join('');
}

const formatTable = (rows: string[][]): string => `| ${rows.map((cells) => cells.join(' | ')).join(' |\n| ')} |\n`;

function formatVerdicts(outcomes: Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { name, about, seconds, figures, skipped } = outcome;
    return [name, verdictOf(outcome), seconds.toFixed(0), skipped ?? describeFigures(figures), about];
  });
  const head = ['scenario', 'verdict', 'seconds', 'measured', 'what it proves'];
  return formatTable([head, head.map(() => '---'), ...rows]);
}

export function writeResults(directory: string, outcomes: Outcome[]): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'results.json'), `${JSON.stringify(outcomes, null, 2)}\n`);
  writeFileSync(join(directory, 'results.md'), formatOutcomes(outcomes));
  writeFileSync(join(directory, 'junit.xml'), toJunit(outcomes));
}

function toJunit(outcomes: Outcome[]): string {
  const count = (verdict: string): number => outcomes.filter((outcome) => verdictOf(outcome) === verdict).length;
  const cases = outcomes.map(({ name, failure, skipped, seconds }) => {
    const head = `  <testcase classname="e2e" name="${escapeXml(name)}" time="${seconds.toFixed(1)}"`;
    if (failure !== undefined) return `${head}><failure>${escapeXml(failure)}</failure></testcase>`;
    return skipped === undefined ? `${head}/>` : `${head}><skipped message="${escapeXml(skipped)}"/></testcase>`;
  });
  const suite = `<testsuite name="e2e" tests="${outcomes.length}" failures="${count('FAILED')}" skipped="${count('skipped')}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', suite, ...cases, '</testsuite>', ''].join('\n');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

/** The outcome of the suite for people, for programs, and for what shows JUnit. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './world.ts';

export interface Outcome {
  name: string;
  about: string;
  /** Absent: passed. */
  failure?: string;
  seconds: number;
  figures: Figure[];
}

const describeFigures = (figures: Figure[]): string =>
  figures.map(({ name, value, unit }) => `${name} ${value} ${unit}`).join(', ');

/** A table in Markdown. */
export function formatOutcomes(outcomes: Outcome[]): string {
  const rows = outcomes.map(({ name, about, failure, seconds, figures }) =>
    [name, failure === undefined ? 'passed' : 'FAILED', seconds.toFixed(0), describeFigures(figures), about].join(' | '),
  );
  return `| ${['scenario | verdict | seconds | measured | what it proves', '--- | --- | --- | --- | ---', ...rows].join(' |\n| ')} |\n`;
}

export function writeResults(directory: string, outcomes: Outcome[]): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'results.json'), `${JSON.stringify(outcomes, null, 2)}\n`);
  writeFileSync(join(directory, 'junit.xml'), toJunit(outcomes));
}

function toJunit(outcomes: Outcome[]): string {
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  const cases = outcomes.map(({ name, failure, seconds }) => {
    const head = `  <testcase classname="e2e" name="${escapeXml(name)}" time="${seconds.toFixed(1)}"`;
    return failure === undefined ? `${head}/>` : `${head}><failure>${escapeXml(failure)}</failure></testcase>`;
  });
  const suite = `<testsuite name="e2e" tests="${outcomes.length}" failures="${failed}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', suite, ...cases, '</testsuite>', ''].join('\n');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

/** The responses of all cases, in a file that the null function reads. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Composed, DesiredResource } from '../../src/call/response.ts';

type Entry = [name: string, response: Omit<Composed, 'resources'> & { resources: [string, DesiredResource][] }];

export function writeResponses(file: string, cases: { name: string; response: Composed }[]): void {
  const entries = cases.map(({ name, response }): Entry => [name, { ...response, resources: [...response.resources] }]);
  writeFileSync(file, JSON.stringify(entries));
}

export function readResponses(file: string): Map<string, Composed> {
  const entries = JSON.parse(readFileSync(file, 'utf8')) as Entry[];
  return new Map(entries.map(([name, response]) => [name, { ...response, resources: new Map(response.resources) }]));
}

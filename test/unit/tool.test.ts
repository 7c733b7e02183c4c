/** What is refused of tools before anybody reads their parameters: what is too deep or too large to be read at all. */
import { expect, it } from 'vitest';
import type { Fault } from '../../src/api/fault.ts';
import { checkTools } from '../../src/api/tool.ts';
import type { JsonValue } from '../../src/kube/json.ts';

const nest = (levels: number): JsonValue => {
  let schema: JsonValue = {};
  for (let level = 0; level < levels; level += 1) schema = { not: schema };
  return schema;
};
const toolWith = (parameters: JsonValue, name = 'a'): JsonValue => ({ name, description: 'd', exec: ['a'], parameters });
const wide = (bytes: number): JsonValue => ({ type: 'object', title: 'x'.repeat(bytes) });

it.each<[string, JsonValue[], string[]]>([
  ['a schema of some levels', [toolWith({ type: 'object', properties: { a: nest(20) } })], []],
  ['a schema of very many', [toolWith({ type: 'object', properties: { a: nest(100_000) } })], ['more than 32 levels']],
  ['a schema of 17 KiB', [toolWith(wide(17 * 1024))], ['18 KiB']],
  ['many of 15 KiB', ['a', 'b', 'c', 'd', 'e'].map((name) => toolWith(wide(15 * 1024), name)), ['76 KiB']],
  ['a list of types without end', [toolWith({ type: Array.from({ length: 100_000 }, (_, index) => index) })], ['576 KiB']],
])('%s', (_, tools, found) => {
  const faults: Fault[] = [];
  checkTools(faults, 'spec.sidecar.tools', tools);
  expect(faults.map((fault) => fault.found)).toEqual(found);
});

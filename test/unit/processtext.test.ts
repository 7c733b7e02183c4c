/** What a process can be given: the kernel takes no NUL, and 128 KiB for one variable with its name. */
import { expect, it } from 'vitest';
import type { Fault } from '../../src/api/fault.ts';
import { checkProcessText } from '../../src/api/rules.ts';

const KIB = 1024;

it.each<[string, unknown, string, string[]]>([
  ['the longest text there can be', 'x'.repeat(128 * KIB - 6), 'TASK', []],
  ['one character more', 'x'.repeat(128 * KIB - 5), 'TASK', ['129 KiB']],
  ['as many characters of four bytes as a task may have', '\u{1F600}'.repeat(32_768), 'TASK', ['129 KiB']],
  ['a NUL', 'a\0b', '', ['a NUL character']],
  ['no text', 7, '', []],
])('%s', (_, text, name, found) => {
  const faults: Fault[] = [];
  checkProcessText(faults, 'spec.task', text as string, name);
  expect(faults.map((fault) => fault.found)).toEqual(found);
});

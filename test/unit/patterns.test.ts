/** No text within a request takes longer than in proportion to its length: one that did would hold up everybody's revocation. */
import { describe, expect, it } from 'vitest';
import { PATTERNS } from '../../src/api/schema.ts';
import { parseDuration } from '../../src/kube/duration.ts';
import { parseImage } from '../../src/kube/image.ts';
import { parseQuantity } from '../../src/kube/quantity.ts';

/** What a pattern with two ways to read the same text goes through again and again, each with an end that does not match. */
const PIECES = [
  'a',
  'A',
  '0',
  '1',
  '-',
  '.',
  '_',
  '/',
  ':',
  '@',
  '*',
  'm',
  '1m',
  '1.1s',
  '0.0',
  'a-',
  'a.',
  'a_',
  'a/',
  'a:',
  '--a',
  '__a',
  'a--',
  '//',
  ' ',
  '$(',
];
const ENDS = ['', '!', ' ', '\n', '..', '@sha256:'];
const STARTS = ['', '/', 'https://', '0.', 'a:', 'a@'];

const READERS: [string, (text: string) => unknown][] = [
  ...Object.keys(PATTERNS).map((pattern): [string, (text: string) => unknown] => {
    const regExp = new RegExp(pattern);
    return [pattern, (text) => regExp.test(text)];
  }),
  ['an image', parseImage],
  ['a duration', parseDuration],
  ['a quantity', parseQuantity],
];

const LENGTH = 4_096;
const TIMES = 8;

/** The least CPU that reading a text takes, in microseconds. */
function cpuOf(read: (text: string) => unknown, text: string): number {
  const once = (): number => {
    const before = process.cpuUsage();
    for (let time = 0; time < TIMES; time += 1) read(text);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  return Math.min(once(), once(), once());
}

describe('reading a text that grows eightfold takes eight times as long, and not its square', () => {
  it.each(READERS)('%s', (_, read) => {
    const slow: string[] = [];
    for (const start of STARTS) {
      for (const piece of PIECES) {
        for (const end of ENDS) {
          const textOf = (length: number): string => start + piece.repeat(Math.ceil(length / piece.length)) + end;
          const [small, large] = [textOf(LENGTH), textOf(8 * LENGTH)];
          const isSlow = (): boolean => {
            const cpu = cpuOf(read, large);
            // What takes no time grows as it likes.
            return cpu >= 4_000 && cpu > 32 * cpuOf(read, small);
          };
          if (isSlow() && isSlow() && isSlow()) slow.push(JSON.stringify([start, piece, end]));
        }
      }
    }
    expect(slow).toEqual([]);
  });
});

/**
 * Anybody's text is judged on the one thread that ends everybody's rights, so judging grows as the text does and no faster.
 * Counted in the processor's time, the least of some tries; a text four times as long takes 4 times as long, and 16 times
 * where the search is quadratic.
 */
import { describe, expect, it } from 'vitest';
import { CREDENTIAL_FORMS } from '../../src/policy/credentials/forms.ts';
import { describeCredential } from '../../src/policy/credentials/search.ts';

const SHORT = 16 * 1024;
const FACTOR = 4;
const MOST = 8;

/** Pieces of which a text of any length is made without ever being a credential. */
const PIECES = [
  ...new Set(CREDENTIAL_FORMS.flatMap(({ starts }) => starts).flatMap((start) => [`${start} `, `${start}${'x'.repeat(99)} `])),
  ...[
    '://',
    ' password=',
    'jdbc:oracle:thin:',
    'a',
    ' ',
    '.',
    '-',
    '_',
    '/',
    '@',
    '0',
    'A1',
    'x://u:p/',
    'x://u:',
    'x://u:xxxxxxxx@h ',
    'eyJ',
    'sk-',
    'SK',
    '-----BEGIN ',
  ],
  ...['eyJ.', '.eyJ', 'eyJaaaaaaaa. ', 'sk-proj-aaaaaaaaaaaaaaaaaaa-', '-----BEGIN RSA RSA RSA ', 'authorization: Basic AAAA '],
  ...['a+', 'a.', 'x://${u', ' host=password=', 'Bearer ................', 'LS0tLS1CRUdJTiBQUklWQVRFIEtF', 'MTIz.', 'a0~8Q~ '],
];

const TEXTS: [string, (length: number) => string][] = [
  ...PIECES.map((piece): [string, (length: number) => string] => [
    JSON.stringify(piece),
    (length) => piece.repeat(Math.ceil(length / piece.length)),
  ]),
  ['a scheme without end before a name', (length) => `${'a+'.repeat(length / 4)}://u:${'p'.repeat(length / 2)}`],
  ['a password without end', (length) => `x://u:${'$('.repeat(length / 2)}`],
  ['a password with a slash without end', (length) => `x://u:/${'@'.repeat(length)}`],
  ['the first part of a token without end', (length) => `eyJ${'a'.repeat(length)}.eyJ`],
  ['many first parts, one second', (length) => `${'eyJ'.repeat(length / 3)}.eyJ`],
  ['the second part of a token without end', (length) => `eyJaaaaaaaa.eyJ${'a'.repeat(length)}`],
];

function microseconds(text: string): number {
  const before = process.cpuUsage();
  for (let round = 0; round < 4; round++) describeCredential(text);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

describe('the time to judge a text grows no faster than the text:', () => {
  it.each(TEXTS)('%s', (_, make) => {
    const [short, long] = [make(SHORT), make(SHORT * FACTOR)];
    expect(describeCredential(long)).toBeUndefined();
    let [least, most] = [Infinity, Infinity];
    for (let attempt = 0; attempt < 20 && (attempt < 3 || most > least * MOST); attempt++) {
      least = Math.min(least, microseconds(short));
      most = Math.min(most, microseconds(long));
    }
    expect(most).toBeLessThanOrEqual(least * MOST);
  });
});

/** What a mask hides: every form that the guardrails know, wherever it stands, and as little else as that takes. */
import { describe, expect, it } from 'vitest';
import { redact } from '../../src/policy/credentials/redact.ts';
import { EXAMPLES } from '../support/credentials.ts';

/** These are credentials only behind the header that names them. */
const BOUND = EXAMPLES.filter(([, example]) => /^b/i.test(example)).map(([issuer]) => issuer);

describe.each<[string, (text: string) => string]>([
  ['in a sentence', (text) => `It is ${text} now`],
  ['in JSON behind a line break', (text) => JSON.stringify({ response: `It is:\n${text}` })],
  ['in JSON behind a tab', (text) => JSON.stringify({ response: `It is:\t${text}` })],
  ['in JSON of Go', (text) => `{"response":"It is\\u003c${text}\\u003e"}`],
  ['in JSON with escaped slashes', (text) => JSON.stringify({ response: text }).replaceAll('/', '\\/')],
])('each form is hidden %s', (_, write) => {
  it('so that nothing of it is left', () => {
    const left = EXAMPLES.filter(
      ([issuer, example]) => !BOUND.includes(issuer) && redact(write(example)).includes(example.slice(-12)),
    );
    expect(left.map(([issuer]) => issuer)).toEqual([]);
  });
});

describe('a text', () => {
  it.each<[string, string, string]>([
    [
      'a short password hides itself only',
      'postgres://root:root@db/x in /root/app',
      'postgres://root:[redacted]@db/x in /root/app',
    ],
    ['a copy of a long one is hidden too', 'https://u:hunter2pass@h and hunter2pass', 'https://u:[redacted]@h and [redacted]'],
    ['a password of many characters', `https://u:${'p'.repeat(900)}@h`, 'https://u:[redacted]@h'],
    ['a filler is none to be shown', 'https://joe:exampleHunter2@host', 'https://joe:[redacted]@host'],
    ['a reference is shown', 'https://joe:$(PASSWORD)@host', 'https://joe:$(PASSWORD)@host'],
    [
      'a password behind an escaped quotation mark',
      '{"a":"password=\\"hunter2!x\\" host=db"}',
      '{"a":"password=\\"[redacted]\\" host=db"}',
    ],
    [
      'a header in JSON in JSON',
      JSON.stringify({ response: JSON.stringify({ Authorization: 'Bearer abcdefghijklmnop123' }) }),
      '{"response":"{\\"Authorization\\":\\"[redacted]\\"}"}',
    ],
    ['a token that begins with an escape', '{"a":"\\u0067hp_a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4e5F6"}', '{"a":"[redacted]"}'],
    ['the password of a driver', 'joe:hunter2pass@tcp(db)/x', 'joe:[redacted]@tcp(db)/x'],
    [
      'nothing to hide',
      'Look at https://example.org:8080/path and password policies',
      'Look at https://example.org:8080/path and password policies',
    ],
  ])('with %s', (_, text, masked) => {
    expect(redact(text)).toBe(masked);
  });
});

/** What an agent left, as the status tells it: bounded, plain, without credentials, and what it used. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCredential } from '../../src/policy/credentials/search.ts';
import { readResult } from '../../src/run/result.ts';

const MESSAGE = { capture: 'Message', redact: true } as const;
const LIMIT = 4096;
const TOKEN = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----';

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const read = (message: string) => readResult(message, MESSAGE, LIMIT);

describe('the text', () => {
  it.each<[string, string, string | undefined]>([
    ['is as the agent left it', 'Three pods are healthy.\n\tAll of them.', 'Three pods are healthy.\n\tAll of them.'],
    ['has no sequence that colours a terminal', '\u001b[31mred\u001b[0m', 'red'],
    ['has no control character', 'a\u0000b\u0007c\u009bd\u007fe', 'abcde'],
    ['has no character that turns the order of others', 'a\u202eb\u2066c', 'abc'],
    ['has the line ends of Unix', 'a\r\nb\rc', 'a\nb\nc'],
    ['has no half a character at either end', '\ufffd\ufffdab\ufffd', 'ab'],
    ['has no half of a pair', 'a\ud83db', 'ab'],
    ['has no token', `the token is ${TOKEN}!`, 'the token is [redacted]!'],
    ['has no token that goes on', `${TOKEN}abcdef`, '[redacted]'],
    ['has no copy of it either', `${TOKEN} and ${TOKEN}`, '[redacted] and [redacted]'],
    ['has no private key', `key: ${KEY} done`, 'key: [redacted] done'],
    ['has no private key that is cut off', `key: ${KEY.slice(0, 40)}`, 'key: [redacted]'],
    ['has no end of a private key', `abcd\n${KEY.slice(-40)}\ndone`, '[redacted]\ndone'],
    ['has no password of a URL', 'see https://joe:hunter2pass@example.org/x', 'see https://joe:[redacted]@example.org/x'],
    ['is absent where nothing is left', '\u0007', undefined],
    ['is absent where nothing was written', '', undefined],
  ])('%s', (_, message, result) => {
    expect(read(message)).toEqual(result === undefined ? {} : { result, resultTruncated: false });
  });

  it('is as it was written where a policy wants no mask', () => {
    expect(readResult(TOKEN, { ...MESSAGE, redact: false }, LIMIT)).toEqual({ result: TOKEN, resultTruncated: false });
  });

  it('says that some of it is missing', () => {
    const message = `${'x'.repeat(30)} ${'word '.repeat(900)}`.slice(0, LIMIT);
    expect(read(message)).toEqual({ result: message.slice('x'.repeat(30).length + ' word'.length), resultTruncated: true });
  });

  it.each([
    ['dXNlcjpodW50ZXIy was it', ' it'],
    ['asic dXNlcjpodW50ZXIy was it', ' was it'],
    ['ord = hunter2 host=db', ' host=db'],
    ['hun,ter2secret@db was it', ' it'],
    [`${'Ab3+'.repeat(20)} was it ${'Cd4/'.repeat(20)}`, ' it [redacted]'],
  ])('has no rest of a credential where it is cut off: %s', (message, result) => {
    expect(readResult(message.padEnd(4096, ' '), MESSAGE, 4096).result?.trimEnd()).toBe(result);
  });

  it('has none at its end either, where Kubernetes keeps the beginning of an end', () => {
    const message = `It is fine, and ghp_${'a1B2c3D4e5F6'.repeat(3).slice(1)}`;
    expect(readResult(message, MESSAGE, message.length)).toEqual({ result: ' fine, and ', resultTruncated: true });
  });

  it('keeps its end where masks make it longer than a status may have', () => {
    const url = 'https://a:Pw7@b.example/ ';
    const { result = '', resultTruncated } = readResult(`${url.repeat(160)}end`, MESSAGE, 10_000);
    expect([bytes(result) <= LIMIT, result.endsWith('end'), resultTruncated]).toEqual([true, true, true]);
  });

  it('is bounded, plain and without a credential, whatever the agent wrote', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(TOKEN, KEY, '\u001b[2J', '\ud800', '"metrics":{'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { result = '' } = read(pieces.join(' '));
        expect(bytes(result)).toBeLessThanOrEqual(LIMIT);
        expect(result).toBe(new TextDecoder().decode(new TextEncoder().encode(result)));
        expect(/(?![\n\t])[\p{Cc}\p{Cs}]/u.test(result)).toBe(false);
        expect(result).not.toContain(TOKEN);
        expect(describeCredential(result)).toBeUndefined();
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe('what it used', () => {
  const SY =
    '{"status":"success","response":"ok","metrics":{"durationMs":5120,"inputTokens":120,"outputTokens":30,"toolCalls":2}}';
  const USED = { durationMs: 5120, inputTokens: 120, outputTokens: 30, toolCalls: 2, totalTokens: 150 };

  it.each<[string, string, object | undefined]>([
    ['is read of the public agent runner', SY, USED],
    ['is read also where its beginning is cut off', SY.slice(20), USED],
    ['is read of `usage`', '{"usage":{"totalTokens":7,"costUSD":"0.0213"}}', { totalTokens: 7, costUSD: '0.0213' }],
    ['takes a cost that is a number', '{"usage":{"costUSD":0.5}}', { costUSD: '0.5' }],
    [
      'leaves out what is no count',
      '{"usage":{"inputTokens":-1,"outputTokens":"9","toolCalls":1.5,"durationMs":3}}',
      { durationMs: 3 },
    ],
    ['leaves out a cost that is none', '{"usage":{"costUSD":"much","toolCalls":1}}', { toolCalls: 1 }],
    ['leaves out what is too large to count', '{"usage":{"inputTokens":9007199254740993,"toolCalls":1}}', { toolCalls: 1 }],
    ['takes the first that has a number in it', '{"usage":{},"metrics":{"toolCalls":2}}', { toolCalls: 2 }],
    ['rounds a cost that was computed', '{"usage":{"costUSD":0.30000000000000004}}', { costUSD: '0.3' }],
    ['is absent of text', 'I used 7 tokens', undefined],
    ['is absent of a list', '[{"usage":{}}]', undefined],
    ['is absent where there is nothing in it', '{"usage":{}}', undefined],
  ])('%s', (_, message, usage) => {
    expect(readResult(message, { capture: 'Usage', redact: true }, LIMIT)).toEqual(usage === undefined ? {} : { usage });
  });

  it('comes with the text where both are wanted, and neither where none is', () => {
    expect(read(SY)).toEqual({ result: SY, resultTruncated: false, usage: USED });
    expect(readResult(SY, { capture: 'None', redact: true }, LIMIT)).toEqual({});
  });
});

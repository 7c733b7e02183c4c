/** Whatever a text holds, what goes out is UTF-8: Go refuses a whole answer for one half of a surrogate pair. */
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import type { ConditionType } from '../../src/api/conditions.ts';
import { readReason } from '../../src/api/reasons.ts';
import type { Composed } from '../../src/call/response.ts';
import type { WireRequest } from '../../src/server/wire/request.ts';
import { encodeFatal, encodeResponse } from '../../src/server/wire/response.ts';
import { readStruct, writeStruct } from '../../src/server/wire/struct.ts';

/** protobufjs has a writer for texts under 40 units, one up to 127 and one for longer ones. */
const LENGTHS = [0, 30, 60, 200];

const HALVES: [string, string][] = [
  ['the first half of a pair', '\ud83d'],
  ['the second half of a pair', '\ude00'],
  ['the halves in the wrong order', '\ude00\ud83d'],
  ['a first half before a pair', '\ud83d\u{1f600}'],
];

const cases = HALVES.flatMap(([what, half]) => LENGTHS.map((length) => [what, length, 'x'.repeat(length) + half] as const));

/** A request and its response with a text in every place where one goes out. */
function everywhere(text: string): { request: WireRequest; response: Composed } {
  const none = { composite: undefined, resources: new Map() };
  return {
    request: {
      tag: text,
      observed: none,
      desired: { composite: undefined, resources: new Map([[`their ${text}`, new Uint8Array()]]) },
      input: undefined,
      context: undefined,
      required: new Map(),
    },
    response: {
      status: { phase: 'Ready', message: text },
      ready: true,
      resources: new Map([[`our ${text}`, { resource: { [text]: [text, { [text]: text }] }, ready: true }]]),
      conditions: [{ type: text as ConditionType, status: 'True', reason: readReason(text), message: text }],
      results: [{ severity: 'Normal', reason: readReason(text), message: text }],
      requirements: {
        [`name ${text}`]: { apiVersion: text, kind: text, matchName: text, namespace: text },
        [`labels ${text}`]: { apiVersion: text, kind: text, matchLabels: { [text]: text } },
      },
      ttlSeconds: 60,
    },
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('an answer', () => {
  it.each(cases)('has a replacement character for %s, after %d units', (_, __, text) => {
    const [broken, mended] = [everywhere(text), everywhere(text.toWellFormed())];
    expect(hex(encodeResponse(broken.request, broken.response))).toBe(hex(encodeResponse(mended.request, mended.response)));
    expect(hex(encodeFatal(broken.request, text))).toBe(hex(encodeFatal(mended.request, text.toWellFormed())));
  });

  it('has every text as it is, but for what is no character', () => {
    const units = fc.integer({ min: 0xd7f0, max: 0xe00f });
    const text = fc.array(fc.oneof(units, fc.nat(0xffff)), { maxLength: 150 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(text, (value) => {
        const bytes = writeStruct(protobuf.Writer.create(), { a: value }).finish();
        const reader = protobuf.Reader.create(bytes);
        expect(readStruct(reader, reader.len)).toEqual({ a: value.toWellFormed() });
        expect(hex(bytes)).toContain(hex(new TextEncoder().encode(value)));
      }),
    );
  });

  it('that is fatal may be cut between the halves of a pair', () => {
    const request = { ...everywhere('').request, tag: 'x'.repeat(5 * 1024 * 1024) };
    const bytes = encodeFatal(request, `${'x'.repeat(4095)}\u{1f600}`);
    expect(hex(bytes)).toBe(hex(encodeFatal({}, `${'x'.repeat(4095)}\ufffd`)));
  });
});

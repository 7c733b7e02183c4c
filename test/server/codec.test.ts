/** Our codec against the SDK's generated messages, over generated values. */
import {
  Ready,
  RunFunctionRequest,
  RunFunctionResponse,
  Severity,
  Status,
  Target,
} from '@crossplane-org/function-sdk-typescript';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { readReason } from '../../src/api/reasons.ts';
import type { Composed } from '../../src/call/response.ts';
import type { JsonObject, JsonValue } from '../../src/kube/json.ts';
import { decodeRequest } from '../../src/server/wire/request.ts';
import { encodeFatal, encodeResponse, ResponseError } from '../../src/server/wire/response.ts';
import { MAX_DEPTH, readStruct, WireError, writeStruct } from '../../src/server/wire/struct.ts';

const text = fc.string({ unit: 'grapheme' });
/** The SDK loses an own key that is called so. */
const key = text.filter((name) => name !== '__proto__');
const number = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(-0, 2 ** 53 + 2, 5e-324, 1.7976931348623157e308));
const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));

/** Every object that a Struct can hold, with these keys among others. */
const objects = (...keys: string[]): fc.Arbitrary<JsonObject> =>
  fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('object')),
    object: fc.dictionary(fc.oneof(key, fc.constantFrom(...keys)), tie('value'), { maxKeys: 6 }),
  })).object;

const encodeStruct = (value: JsonObject): Uint8Array => writeStruct(protobuf.Writer.create(), value).finish();
const decodeStruct = (bytes: Uint8Array): JsonObject => {
  const reader = protobuf.Reader.create(bytes);
  return readStruct(reader, reader.len);
};

/** Nested so many levels deep, in turns by an object and by a list. */
function nest(levels: number): JsonObject {
  let value: JsonValue = 'end';
  for (let level = levels; level > 0; level -= 1) value = level % 2 === 0 ? [value] : { a: value };
  return { a: value };
}

describe('a Struct', () => {
  it('is written as the SDK writes it, byte for byte', () => {
    fc.assert(
      fc.property(objects('', 'constructor'), (input) => {
        const theirs = RunFunctionRequest.encode(RunFunctionRequest.fromPartial({ input })).finish();
        const ours = writeStruct(protobuf.Writer.create().uint32(34).fork(), input).ldelim().finish();
        expect(Buffer.from(ours).toString('hex')).toBe(Buffer.from(theirs).toString('hex'));
      }),
    );
  });

  it('comes back as it went, whatever its keys are called', () => {
    fc.assert(
      fc.property(objects('', 'constructor', '__proto__', 'toString'), (value) => {
        expect(show(decodeStruct(encodeStruct(value)))).toBe(show(value));
      }),
    );
  });

  it('has own keys only: __proto__ is one like any other', () => {
    const decoded = decodeStruct(encodeStruct(JSON.parse('{"__proto__": {"polluted": true}}')));
    expect(Object.keys(decoded)).toEqual(['__proto__']);
    expect((decoded as { polluted?: boolean }).polluted).toBeUndefined();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([100, MAX_DEPTH])('may be %d levels deep', (levels) => {
    expect(decodeStruct(encodeStruct(nest(levels)))).toEqual(nest(levels));
  });

  it('may not be deeper than that', () => {
    const bytes = encodeStruct(nest(MAX_DEPTH + 1));
    expect(() => decodeStruct(bytes)).toThrow(new WireError(`a value is nested deeper than ${MAX_DEPTH} levels`));
  });
});

/** JSON that tells NaN, -0 and the infinities apart. */
const show = (value: JsonObject): string =>
  JSON.stringify(value, (_, item) =>
    typeof item === 'number' && (!Number.isFinite(item) || Object.is(item, -0))
      ? `number ${Object.is(item, -0) ? '-0' : item}`
      : item,
  );

const resources = fc.dictionary(
  key,
  objects('').map((resource) => ({ resource })),
  { maxKeys: 3 },
);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

describe('a request', () => {
  it('is read as the SDK reads it', () => {
    const requests = fc.record({
      tag: text,
      composite: optional(objects('')),
      observed: resources,
      input: optional(objects('')),
      context: optional(objects('')),
      required: fc.dictionary(key, fc.array(objects(''), { maxLength: 2 }), { maxKeys: 3 }),
    });
    fc.assert(
      fc.property(requests, ({ tag, composite, observed, input, context, required }) => {
        const items = Object.entries(required).map(([key, list]) => [key, { items: list.map((resource) => ({ resource })) }]);
        const message = RunFunctionRequest.fromPartial({
          meta: { tag, capabilities: [1, 2] },
          observed: { ...(composite && { composite: { resource: composite } }), resources: observed },
          ...(input && { input }),
          ...(context && { context }),
          requiredResources: Object.fromEntries(items),
          extraResources: { ignored: { items: [] } },
          credentials: { ignored: { credentialData: { data: { key: Buffer.from('secret') } } } },
        });
        const decoded = decodeRequest(RunFunctionRequest.encode(message).finish());
        expect(decoded).toEqual({
          tag,
          observed: { composite, resources: new Map(Object.entries(observed).map(([name, { resource }]) => [name, resource])) },
          desired: { composite: undefined, resources: new Map() },
          input,
          context: decoded.context,
          required: new Map(Object.entries(required)),
        });
        expect(decoded.context && decodeStruct(decoded.context)).toEqual(context);
      }),
    );
  });

  it('has an empty list for a key that Crossplane looked for in vain, however that is written', () => {
    const entry = (value: Uint8Array | undefined) => {
      const writer = protobuf.Writer.create().uint32(66).fork().uint32(10).string('key');
      return (value === undefined ? writer : writer.uint32(18).bytes(value)).ldelim().finish();
    };
    expect(decodeRequest(entry(undefined)).required).toEqual(new Map([['key', []]]));
    expect(decodeRequest(entry(new Uint8Array())).required).toEqual(new Map([['key', []]]));
  });

  const VALID = RunFunctionRequest.encode(
    RunFunctionRequest.fromPartial({ meta: { tag: 't' }, observed: { composite: { resource: nest(5) }, resources: {} } }),
  ).finish();

  it('that is cut off or altered anywhere is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(VALID.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const bytes = cut ? VALID.subarray(0, at) : Uint8Array.from(VALID).fill(byte, at, at + 1);
        try {
          decodeRequest(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['a field that is cut off', VALID.subarray(0, VALID.length - 1), /^a field of \d+ bytes is cut off$/],
    ['a field that reaches over its parent', Uint8Array.from([18, 2, 10, 4, 10, 0, 0, 0]), /^a field reaches over the end/],
    ['what is no wire type', Uint8Array.from([15]), /^invalid wire type 7/],
    ['a number that does not end', new Uint8Array(12).fill(255), /^invalid varint/],
  ])('is refused with %s', (_, bytes, reason) => {
    expect(() => decodeRequest(bytes)).toThrow(reason);
  });
});

const COMPOSED: Composed = {
  status: { phase: 'Ready' },
  ready: true,
  resources: new Map([
    ['job', { resource: { kind: 'Object', spec: { a: [1, null, 'x'] } }, ready: true }],
    ['role', { resource: { kind: 'Object' }, ready: false }],
  ]),
  conditions: [
    { type: 'Valid', status: 'True', reason: readReason('R'), message: 'M' },
    { type: 'Admitted', status: 'False', reason: readReason('R'), message: '' },
    { type: 'Prepared', status: 'Unknown', reason: readReason('R'), message: 'M' },
  ],
  results: [
    { severity: 'Normal', reason: readReason('N'), message: 'fine' },
    { severity: 'Warning', reason: readReason('W'), message: 'less so' },
  ],
  requirements: {
    byName: { apiVersion: 'v1', kind: 'A', matchName: 'a', namespace: 'n' },
    byLabels: { apiVersion: 'v1', kind: 'B', matchLabels: { x: 'y', z: '' } },
  },
  ttlSeconds: 60,
};

const EARLIER = {
  composite: { resource: { spec: { a: 1 }, status: { theirs: 'kept' } }, connectionDetails: { key: Buffer.from('k') }, ready: 0 },
  resources: { bucket: { resource: { kind: 'Bucket' }, connectionDetails: { b: Buffer.from('c') }, ready: Ready.READY_TRUE } },
};

describe('a response', () => {
  const request = decodeRequest(
    RunFunctionRequest.encode(
      RunFunctionRequest.fromPartial({ meta: { tag: 't' }, desired: EARLIER, context: { theirs: [1] } }),
    ).finish(),
  );

  it('is what the SDK reads, every field of it', () => {
    const target = Target.TARGET_COMPOSITE_AND_CLAIM;
    expect(RunFunctionResponse.decode(encodeResponse(request, COMPOSED))).toEqual({
      meta: { tag: 't', ttl: { seconds: 60, nanos: 0 } },
      desired: {
        composite: {
          resource: { spec: { a: 1 }, status: { theirs: 'kept', phase: 'Ready' } },
          connectionDetails: { key: Buffer.from('k') },
          ready: Ready.READY_TRUE,
        },
        resources: {
          ...EARLIER.resources,
          job: { resource: { kind: 'Object', spec: { a: [1, null, 'x'] } }, connectionDetails: {}, ready: Ready.READY_TRUE },
          role: { resource: { kind: 'Object' }, connectionDetails: {}, ready: Ready.READY_FALSE },
        },
      },
      results: [
        { severity: Severity.SEVERITY_NORMAL, message: 'fine', reason: 'N', target },
        { severity: Severity.SEVERITY_WARNING, message: 'less so', reason: 'W', target },
      ],
      context: { theirs: [1] },
      requirements: {
        extraResources: {},
        resources: {
          byName: { apiVersion: 'v1', kind: 'A', matchName: 'a', matchLabels: undefined, namespace: 'n' },
          byLabels: {
            apiVersion: 'v1',
            kind: 'B',
            matchName: undefined,
            matchLabels: { labels: { x: 'y', z: '' } },
            namespace: undefined,
          },
        },
        schemas: {},
      },
      conditions: [
        { type: 'Valid', status: Status.STATUS_CONDITION_TRUE, reason: readReason('R'), message: 'M', target },
        { type: 'Admitted', status: Status.STATUS_CONDITION_FALSE, reason: readReason('R'), message: '', target },
        { type: 'Prepared', status: Status.STATUS_CONDITION_UNKNOWN, reason: readReason('R'), message: 'M', target },
      ],
      output: undefined,
    });
  });

  it('has no requirements at all where nothing is asked for: Crossplane up to 2.4 would call again', () => {
    const { requirements } = RunFunctionResponse.decode(encodeResponse(request, { ...COMPOSED, requirements: {} }));
    expect(requirements).toBeUndefined();
  });

  it('is refused where the composite of an earlier step is no message', () => {
    for (const composite of [Uint8Array.from([18, 127]), Uint8Array.from([10, 127])]) {
      const broken = { ...request, desired: { ...request.desired, composite } };
      expect(() => encodeResponse(broken, COMPOSED)).toThrow(WireError);
    }
  });

  it('that is fatal is small, whatever the request called itself', () => {
    const huge = 'x'.repeat(5 * 1024 * 1024);
    const fatal = RunFunctionResponse.decode(encodeFatal({ ...request, tag: huge }, huge));
    expect([fatal.meta?.tag, fatal.results[0]?.message.length]).toEqual(['', 4096]);
  });

  it('that Crossplane would not take names what is large', () => {
    const large = (bytes: number) => ({ resource: { kind: 'Object', data: 'x'.repeat(bytes) }, ready: true });
    const resources = new Map([
      ['small', large(1)],
      ['large', large(4 * 1024 * 1024)],
    ]);
    expect(() => encodeResponse(request, { ...COMPOSED, resources })).toThrow(
      new ResponseError(
        'cannot compose: the response would have 4194750 bytes and Crossplane takes 4194304; most of it is the resource large with 4194343',
      ),
    );
  });

  it('that is fatal leaves the desired state as it came, unless Crossplane would not take that', () => {
    const fatal = RunFunctionResponse.decode(encodeFatal(request, 'no'));
    expect(fatal.desired).toEqual(RunFunctionRequest.fromPartial({ desired: EARLIER }).desired);
    expect([fatal.meta?.tag, fatal.context, fatal.results.map(({ message }) => message)]).toEqual(['t', { theirs: [1] }, ['no']]);
    const resources = new Map([['big', new Uint8Array(4 * 1024 * 1024)]]);
    const large = { ...request, desired: { composite: undefined, resources } };
    expect(RunFunctionResponse.decode(encodeFatal(large, 'no'))).toMatchObject({
      desired: undefined,
      results: [{ message: 'no' }],
    });
  });
});

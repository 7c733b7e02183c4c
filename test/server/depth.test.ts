/** How deep a value may be: what is within the limit is read, composed and answered; what is beyond is no request. */
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { PART } from '../../src/api/labels.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { createRunFunction, type Report } from '../../src/server/handler.ts';
import { field, MAX_DEPTH, WireError, writeStruct } from '../../src/server/wire/struct.ts';
import { instanceXr, NOW, packXr, runXr, uses } from '../support/request.ts';
import { VARIANT } from '../support/variant.ts';

/** What a level is, counted from the inside. */
const SHAPES: Record<string, (level: number) => 'map' | 'list'> = {
  maps: () => 'map',
  lists: () => 'list',
  'maps and lists in turns': (level) => (level % 2 === 0 ? 'map' : 'list'),
  'lists of maps': (level) => (level < MAX_DEPTH / 2 ? 'map' : 'list'),
  'maps of lists': (level) => (level < MAX_DEPTH / 2 ? 'list' : 'map'),
};

const inside = (number: number, ...bytes: Uint8Array[]): Uint8Array =>
  protobuf.Writer.create().uint32(field(number)).bytes(Buffer.concat(bytes)).finish();

/** An entry of any map of the protocol. */
const entry = (number: number, key: string, ...value: Uint8Array[]): Uint8Array =>
  inside(number, inside(1, Buffer.from(key)), inside(2, ...value));

/** A Value that is a map of one key. */
const mapOf = (key: string, value: Uint8Array): Uint8Array => inside(5, entry(1, key, value));

/** A Value of so many levels, as bytes: made from its inside, so that nothing here recurses. */
function nest(levels: number, shape: string): Uint8Array {
  let value = inside(3, Buffer.from('end'));
  for (let level = 0; level < levels; level += 1)
    value = SHAPES[shape]?.(level) === 'map' ? mapOf('a', value) : inside(6, inside(1, value));
  return value;
}

/** A Resource with one more field, or another: of equal keys the last one wins. */
const resourceOf = (object: JsonObject, ...fields: Uint8Array[]): Uint8Array =>
  inside(1, writeStruct(protobuf.Writer.create(), object).finish(), ...fields);

const [COMPOSITE, RESOURCES, OBSERVED, DESIRED, INPUT, REQUIRED] = [1, 2, 2, 3, 4, 8];
const PACK = packXr('a');
const RUN = inside(COMPOSITE, resourceOf(runXr({ skills: uses('a') })));
const OBJECT = { apiVersion: VARIANT.objects.apiVersion, kind: 'Object', metadata: { labels: { [PART]: 'job' } } };

const observe = (...state: Uint8Array[]): Uint8Array => inside(OBSERVED, ...state);
const requiredOf = (key: string, ...resource: Uint8Array[]): Uint8Array => entry(REQUIRED, key, inside(1, ...resource));
const found = (pack: Uint8Array): Uint8Array =>
  Buffer.concat([
    requiredOf('instance', resourceOf(instanceXr())),
    ...[requiredOf('policy/default'), requiredOf('policy/ns.team-a')],
    requiredOf('skillpack/a', pack),
  ]);

/** Requests with a Value in one place of them, and how many levels are above it: the field of a resource is one. */
const PLACES: Record<string, [above: number, requestWith: (deep: Uint8Array) => Uint8Array[]]> = {
  'a pack': [0, (deep) => [observe(inside(COMPOSITE, resourceOf(PACK, entry(1, 'spec', deep))))]],
  'the status of a pack': [0, (deep) => [observe(inside(COMPOSITE, resourceOf(PACK, entry(1, 'status', deep))))]],
  'a run': [0, (deep) => [observe(inside(COMPOSITE, resourceOf(runXr(), entry(1, 'spec', deep)))), found(resourceOf(PACK))]],
  'the pack of a run': [0, (deep) => [observe(RUN), found(resourceOf(PACK, entry(1, 'spec', deep)))]],
  'an observed Object': [0, (deep) => [observe(RUN, entry(RESOURCES, 'job', resourceOf(OBJECT, entry(1, 'spec', deep))))]],
  'the manifest of an observed Object': [
    2,
    (deep) => {
      const spec = entry(1, 'spec', mapOf('forProvider', mapOf('manifest', deep)));
      return [observe(RUN, entry(RESOURCES, 'job', resourceOf(OBJECT, spec))), found(resourceOf(PACK))];
    },
  ],
  'the input': [0, (deep) => [observe(RUN), inside(INPUT, entry(1, 'a', deep))]],
  'the composite of an earlier step': [
    0,
    (deep) => [
      observe(inside(COMPOSITE, resourceOf(PACK))),
      inside(DESIRED, inside(COMPOSITE, resourceOf({}, entry(1, 'spec', deep)))),
    ],
  ],
  'its status': [
    1,
    (deep) => {
      const status = entry(1, 'status', mapOf('theirs', deep));
      return [observe(inside(COMPOSITE, resourceOf(PACK))), inside(DESIRED, inside(COMPOSITE, resourceOf({}, status)))];
    },
  ],
};

/** A bug with its stack would be all that is seen of it. */
function outcomeOf(place: string, levels: number, shape: string): string {
  const [above, requestWith] = PLACES[place] ?? [0, () => []];
  let kind = '';
  const report: Report = (outcome) => {
    kind = outcome.kind === 'bug' ? `bug: ${outcome.error.message}` : outcome.kind;
  };
  const runFunction = createRunFunction({ ttlSeconds: 60, requirePolicy: false }, () => NOW, report);
  runFunction(Buffer.concat(requestWith(nest(levels - above, shape))), {});
  return kind;
}

const cases = Object.keys(PLACES).flatMap((place) => Object.keys(SHAPES).map((shape) => [place, shape] as const));

describe('a value that is nested', () => {
  it.each(cases)('in %s, by %s, may be as deep as the limit', (place, shape) => {
    expect(outcomeOf(place, MAX_DEPTH, shape)).toBe(place === 'the input' ? 'fatal' : 'composed');
  });

  it.each(cases)('in %s, by %s, is no request when it is one level deeper', (place, shape) => {
    expect(() => outcomeOf(place, MAX_DEPTH + 1, shape)).toThrow(
      new WireError(`a value is nested deeper than ${MAX_DEPTH} levels`),
    );
  });
});

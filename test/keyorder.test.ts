/**
 * An answer is the same whatever the order of the keys that it is asked with. Go's protobuf sends the keys of a map in an order that is another
 * one in each call, so what depends on it would be written again and again, and would be another content than what a human has approved.
 */
import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../src/api/kinds.ts';
import type { RenderInput } from '../src/cli/input/load.ts';
import { render } from '../src/cli/preview/render.ts';
import { compose } from '../src/function.ts';
import { canonicalJson } from '../src/kube/digest.ts';
import { isObject, type JsonObject, type JsonValue } from '../src/kube/json.ts';
import { listExamples, loadOne, readExample } from './support/examples.ts';
import { readDocuments, readText } from './support/project.ts';
import { Random } from './support/random.ts';
import { instanceXr, packXr, policyXr, respondComposed, runXr } from './support/request.ts';
import { KINDS, type Kind } from './support/schema.ts';

const SHUFFLES = 10;

/** A list keeps its order, and a map does not. */
function shuffled<T extends JsonValue>(value: T, random: Random): T {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, random)) as unknown as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(random.shuffle(Object.entries(value)).map(([key, item]) => [key, shuffled(item, random)])) as T;
}

const shuffledAll = (map: ReadonlyMap<string, JsonObject>, random: Random): Map<string, JsonObject> =>
  new Map([...map].map(([key, item]) => [key, shuffled(item, random)]));

interface Case {
  name: string;
  spec: JsonObject;
}

const casesOf = (kind: Kind): Case[] => (readDocuments(`test/documents/${kind}.yaml`) as unknown as [Case[]])[0];

const full = (kind: Kind): JsonObject => casesOf(kind).find(({ name }) => name === 'takes every field at once')?.spec ?? {};

function compositeOf(kind: Kind, spec: JsonObject): JsonObject {
  if (kind === 'AgentRun') return runXr(spec);
  if (kind === 'SympoziumInstance') return instanceXr(spec);
  return { apiVersion: API_VERSION, kind, metadata: { name: 'default', namespace: 'team-a' }, spec };
}

const seeds = Array.from({ length: SHUFFLES }, (_, index) => index + 1);

describe('the answer does not depend on the order of keys', () => {
  it.each(listExamples())('of the example %s', (name) => {
    const { files, now } = readExample(name);
    const given = loadOne(files);
    const text = (input: RenderInput): string => canonicalJson({ ...render(input, now) } as unknown as JsonObject);
    const expected = text(given);
    for (const seed of seeds) {
      const random = new Random(seed);
      const input = given.input && shuffled(given.input, random);
      const [composite, required] = [shuffled(given.composite, random), given.required.map((one) => shuffled(one, random))];
      expect(text({ composite, required, input, observed: shuffledAll(given.observed, random) }), `seed ${seed}`).toBe(expected);
    }
  });

  it.each(Object.keys(KINDS) as Kind[])('of every document of %s', (kind) => {
    const cluster = [instanceXr(full('SympoziumInstance')), packXr('k8s-ops', full('SkillPack'))];
    const worlds = casesOf(kind).flatMap(({ spec }) =>
      [[], [policyXr({ ...full('SympoziumPolicy'), defaults: {} })]].map((policies) => [
        compositeOf(kind, spec),
        ...cluster,
        ...policies,
      ]),
    );
    const text = ([composite = {}, ...others]: JsonObject[]): string => {
      const { resources, ...rest } = respondComposed({ composite, cluster: others });
      return canonicalJson({ ...rest, resources: Object.fromEntries(resources) } as unknown as JsonObject);
    };
    for (const world of worlds) {
      const expected = text(world);
      for (const seed of seeds) expect(text(shuffled(world, new Random(seed))), `seed ${seed}`).toBe(expected);
    }
  });

  it.each(['objects', 'resources'])('of what was recorded as %s', (name) => {
    for (const { request } of JSON.parse(readText(`test/recorded/${name}.json`))) {
      const text = (from: {
        composite: JsonObject;
        observed: JsonObject;
        required: JsonObject;
        input: JsonObject;
        now: string;
      }) => {
        const [observed, required] = [from.observed, from.required].map((all) => new Map(Object.entries(all)));
        const asked = { ...from, observed, required, now: new Date(from.now) } as unknown as Parameters<typeof compose>[0];
        const response = compose(asked, { ttlSeconds: 60, requirePolicy: false });
        if (response.kind === 'fatal') throw new Error(response.message);
        const { resources, ...rest } = response;
        return canonicalJson({ ...rest, resources: Object.fromEntries(resources) } as unknown as JsonObject);
      };
      const expected = text(request);
      for (const seed of seeds) expect(text(shuffled(request, new Random(seed))), `seed ${seed}`).toBe(expected);
    }
  });
});

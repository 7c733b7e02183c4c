/**
 * What runs looked like that an earlier version made, and what it answered: this version answers the same, may tell more and in
 * other words, so that they go on to their end under it, and under the earlier one again. Recorded by playing the model of `simulate`;
 * objects.json by the version before runs could be composed directly, resources.json by the first that could.
 */
import { describe, expect, it } from 'vitest';
import type { Composed, Condition } from '../src/call/response.ts';
import { compose } from '../src/function.ts';
import { type JsonObject, objectAt, textAt } from '../src/kube/json.ts';
import { readText } from './support/project.ts';

interface Recorded {
  what: string;
  request: {
    composite: JsonObject;
    observed: Record<string, JsonObject>;
    required: Record<string, JsonObject[]>;
    input: JsonObject;
    now: string;
  };
  answer: Pick<Composed, 'status' | 'conditions'> & { resources: Record<string, JsonObject> };
}

const read = (name: string): Recorded[] => JSON.parse(readText(`test/recorded/${name}.json`)) as Recorded[];

function answer({ composite, observed, required, input, now }: Recorded['request'], later: JsonObject = {}) {
  const request = {
    composite: { ...composite, spec: { ...objectAt(composite, 'spec'), ...later } },
    observed: new Map(Object.entries(observed)),
    required: new Map(Object.entries(required)),
    input,
    now: new Date(now),
  };
  const response = compose(request, { ttlSeconds: 60, requirePolicy: false });
  if (response.kind === 'fatal') throw new Error(response.message);
  const { status, conditions, resources } = response;
  return { status, conditions, resources: Object.fromEntries([...resources].map(([key, { resource }]) => [key, resource])) };
}

describe.each(['objects', 'resources'])('of %s', (name) => {
  it.each(read(name).map((recorded) => [recorded.what, recorded] as const))('%s goes on', (_, { request, answer: given }) => {
    const { conditions, resources, status } = answer(request);
    const known = given.conditions.map(({ type }) => type);
    const verdict = ({ type, status, reason }: Condition) => ({ type, status, reason });
    expect(conditions.filter(({ type }) => known.includes(type)).map(verdict)).toEqual(given.conditions.map(verdict));
    expect(Object.keys(resources)).toEqual(Object.keys(given.resources));
    expect(resources).toMatchObject(given.resources);
    expect(status).toMatchObject({ ...given.status, message: expect.any(String) });
  });

  it.each(read(name).map((recorded) => [recorded.what, recorded] as const))('%s ends when it is told to', (_, { request }) => {
    const { status, resources } = answer(request, { cancel: true });
    const roles = Object.values(resources).filter(({ kind }) => kind === 'Role' || kind === 'Object');
    expect(['Cancelled', 'Succeeded']).toContain(status.phase);
    expect(roles.filter((role) => textAt(role, 'kind') === 'Role' && JSON.stringify(role['rules']) !== '[]')).toEqual([]);
  });
});

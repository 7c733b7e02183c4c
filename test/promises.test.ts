/** The promises of the README over generated packs, runs, instances and policies, and over what may be observed. */
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOKEN_DIRECTORY } from '../src/api/skillpack.ts';
import type { Composed } from '../src/call/response.ts';
import { isObject, type JsonObject, type JsonValue, listAt, objectAt, textAt, valueAt } from '../src/kube/json.ts';
import { desiredOf } from './support/carried.ts';
import { containersOf } from './support/pods.ts';
import { instanceXr, packXr, policyXr, respondComposed, runXr, type World } from './support/request.ts';
import { KINDS, type Kind, type Schema, xrdSchema } from './support/schema.ts';
import { VARIANT } from './support/variant.ts';

/** Mostly what is good, so that most runs are prepared; now and then what is not. */
const mostly = <T, U>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: good, weight: 40 }, { arbitrary: bad, weight: 1 });

const name = fc.stringMatching(/^[a-z]{6}$/);
const rule = fc.record({
  apiGroups: mostly(fc.constantFrom([''], ['apps']), fc.constant(['*'])),
  resources: fc.constantFrom(['pods'], ['nodes'], ['pods/log']),
  verbs: fc.constantFrom(['get'], ['list', 'watch']),
});
const port = fc.record({ name, containerPort: fc.integer({ min: 1, max: 65535 }) });
const sidecar = fc.record(
  {
    image: mostly(fc.constantFrom('a:1', 'b@sha256:c'), fc.constant('b c')),
    rbac: fc.array(rule, { maxLength: 2 }),
    clusterRBAC: fc.array(rule, { maxLength: 2 }),
    secretRef: name,
    mountWorkspace: fc.boolean(),
    requiresServer: fc.constantFrom(false, false, false, false, true),
    env: mostly(fc.constant([{ name: 'A' }]), fc.constant([{ name: 'SKILL_A' }, { name: 'SKILL_A' }])),
    ports: fc.array(port, { minLength: 1, maxLength: 2 }),
    hostAccess: fc.record({ enabled: mostly(fc.constant(false), fc.constant(true)), privileged: fc.boolean() }),
  },
  { requiredKeys: ['image', 'ports'] },
);
const pack = fc.record({
  skills: fc.array(fc.record({ name, content: fc.string() }), { minLength: 1, maxLength: 3 }),
  sidecar: mostly(sidecar, fc.constant({ image: 5 })),
});
const param = mostly(fc.constantFrom({ a: '$(A)' }, { repo: 'x', branch: 'y' }), fc.constant({ a: '1', A: '2' }));
const use = fc.oneof(
  fc.record({ skillPackRef: fc.constantFrom('a', 'b', 'c'), params: param }, { requiredKeys: ['skillPackRef'] }),
  fc.record({ configMapRef: mostly(name, fc.constant('-')) }),
);
const skills = mostly(
  fc.uniqueArray(use, { maxLength: 3, selector: (item) => JSON.stringify('skillPackRef' in item ? item.skillPackRef : item) }),
  fc.array(use, { maxLength: 3 }),
);
const run = fc.record(
  {
    task: mostly(fc.string({ minLength: 1 }), fc.constant(undefined)),
    mode: mostly(fc.constantFrom('task', undefined), fc.constantFrom('server', 'odd')),
    skills,
    timeout: mostly(fc.constantFrom('1s', '10m'), fc.constant('0s')),
    env: mostly(fc.constant([{ name: 'A', value: '$(B)' }]), fc.constant([{ name: 'TASK' }])),
    cancel: mostly(fc.constant(false), fc.constant(true)),
    model: fc.record({ authSecretRef: name }),
    nonsense: mostly(fc.constant(undefined), fc.anything({ maxDepth: 2 })),
  },
  { requiredKeys: ['task', 'skills'] },
);
const policy = mostly(
  fc.constantFrom<JsonObject>({}, { defaults: { timeout: '5m' } }),
  fc.constantFrom<JsonObject>({ secrets: ['a'] }, { nonsense: 1 }),
);

const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));

const world: fc.Arbitrary<World> = fc
  .record({
    run,
    instance: mostly(fc.record({ skills }, { requiredKeys: [] }), fc.constant(undefined)),
    packs: mostly(fc.tuple(pack, pack, pack), fc.tuple(pack)),
    policy: fc.option(policy, { nil: undefined }),
  })
  .map((given) => ({
    composite: runXr(plain(given.run)),
    cluster: [
      ...(given.instance ? [instanceXr(plain(given.instance))] : []),
      ...given.packs.map((spec, index) => packXr('abc'.charAt(index), plain(spec))),
      ...(given.policy ? [policyXr(given.policy)] : []),
    ],
  }));

/** The same value with the keys of every map in the opposite order. */
function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, child]) => [key, reversed(child)]),
  );
}

const RUNS = { numRuns: 1500 };

/** The schema as a closed one: a field it does not declare is an error. */
function closed(schema: Schema): Schema {
  const properties =
    schema.properties && Object.fromEntries(Object.entries(schema.properties).map(([key, child]) => [key, closed(child)]));
  return {
    ...schema,
    ...(properties && { properties, additionalProperties: false }),
    ...(schema.items && { items: closed(schema.items) }),
  };
}

const ajv = new Ajv({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ } });
const statusValidators = Object.fromEntries(
  (Object.keys(KINDS) as Kind[]).map((kind) => [kind, ajv.compile(closed(xrdSchema(kind).properties?.['status'] ?? {}))]),
);

function expectDeclared(kind: Kind, status: object): void {
  const validate = statusValidators[kind];
  expect(validate?.(status), JSON.stringify(validate?.errors)).toBe(true);
}

const manifestsOf = ({ resources }: Composed): JsonObject[] => [...resources.values()].map(({ resource }) => desiredOf(resource));

/** The Pod template of a run, whatever its workload. */
const podsOf = (response: Composed): JsonObject[] =>
  manifestsOf(response).flatMap((manifest) =>
    isObject(valueAt(manifest, 'spec', 'template')) ? [objectAt(manifest, 'spec', 'template', 'spec')] : [],
  );

const mounts = (container: JsonObject): (string | undefined)[] =>
  listAt(container, 'volumeMounts').map((mount) => textAt(mount, 'mountPath'));

describe('whatever is asked for', () => {
  it('is in most cases a run with rights, and in some not, so that the rest of this file proves something', () => {
    const responses = fc.sample(world, { seed: 1, numRuns: 1000 }).map(respondComposed);
    const count = (matches: (response: Composed) => boolean): number => responses.filter(matches).length;
    expect(count(({ status }) => status.phase === 'Preparing')).toBeGreaterThan(400);
    expect(count(({ resources }) => resources.has('agentrun-role'))).toBeGreaterThan(100);
    expect(count(({ resources }) => resources.has('agentrun-deployment'))).toBeGreaterThan(20);
    for (const phase of ['Pending', 'Failed', 'Cancelled'])
      expect(count(({ status }) => status.phase === phase)).toBeGreaterThan(10);
  });

  it('a status has only fields its XRD declares', () => {
    fc.assert(
      fc.property(world, (given) => {
        expectDeclared('AgentRun', respondComposed(given).status);
        for (const composite of given.cluster ?? []) {
          const kind = String(composite['kind']).replace(/^X/, '') as Kind;
          expectDeclared(kind, respondComposed({ composite, cluster: given.cluster ?? [] }).status);
        }
      }),
      RUNS,
    );
  });

  it('nothing is composed unless the run is being prepared, and then at most 8 Objects', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { status, resources } = respondComposed(given);
        if (status.phase !== 'Preparing') expect(resources.size).toBe(0);
        else expect(resources.size).toBeLessThanOrEqual(resources.has('agentrun-job') ? 7 : 8);
      }),
      RUNS,
    );
  });

  it('nothing starts: a Job is suspended, a Deployment has no Pod', () => {
    fc.assert(
      fc.property(world, (given) => {
        for (const manifest of manifestsOf(respondComposed(given))) {
          if (manifest['kind'] === 'Job') expect(valueAt(manifest, 'spec', 'suspend')).toBe(true);
          if (manifest['kind'] === 'Deployment') expect(valueAt(manifest, 'spec', 'replicas')).toBe(0);
        }
      }),
      RUNS,
    );
  });

  it('the agent never sees a token or the Secret of a pack, and no Pod mounts a token by itself', () => {
    fc.assert(
      fc.property(world, (given) => {
        for (const pod of podsOf(respondComposed(given))) {
          expect(pod['automountServiceAccountToken']).toBe(false);
          for (const container of containersOf(pod).filter((item) => item['name'] === 'agent')) {
            expect(mounts(container).filter((path) => path?.startsWith(TOKEN_DIRECTORY) || path?.startsWith('/secrets'))).toEqual(
              [],
            );
          }
        }
      }),
      RUNS,
    );
  });

  it('no right has a wildcard, and no container is privileged', () => {
    fc.assert(
      fc.property(world, (given) => {
        const response = respondComposed(given);
        for (const { rules = [] } of manifestsOf(response)) expect(JSON.stringify(rules)).not.toContain('*');
        for (const container of podsOf(response).flatMap(containersOf)) {
          expect(valueAt(container, 'securityContext', 'privileged')).toBeUndefined();
        }
      }),
      RUNS,
    );
  });

  it('the answer is the same when asked again, and tells of a transition once', () => {
    fc.assert(
      fc.property(world, (given) => {
        const first = respondComposed(given);
        expect(respondComposed(given)).toEqual(first);
        const again = respondComposed({
          ...given,
          composite: { ...given.composite, status: first.status as JsonValue as JsonObject },
        });
        expect(again.status).toEqual(first.status);
        expect(again.results).toEqual([]);
        expect([...again.resources]).toEqual([...first.resources]);
      }),
      RUNS,
    );
  });

  it('the answer does not depend on the order of keys, which the wire does not keep', () => {
    fc.assert(
      fc.property(world, (given) => {
        const cluster = (given.cluster ?? []).map((resource) => reversed(resource) as JsonObject);
        const again = respondComposed({ ...given, composite: reversed(given.composite) as JsonObject, cluster });
        expect(again).toEqual(respondComposed(given));
      }),
      RUNS,
    );
  });

  it('a request of any shape gets an answer', () => {
    const anything = fc.dictionary(
      fc.constantFrom('apiVersion', 'kind', 'metadata', 'spec', 'status', '__proto__'),
      fc.anything({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value) ?? 'null')),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('SkillPack', VARIANT.agentRun, VARIANT.sympoziumInstance, 'SympoziumPolicy'),
        anything,
        anything,
        (kind, composite, other) => {
          const response = respondComposed({
            composite: { ...composite, apiVersion: 'sympozium.ai/v1alpha1', kind },
            observed: new Map([['agentrun-job', other]]),
          });
          expectDeclared(kind.replace(/^X/, '') as Kind, response.status);
        },
      ),
      RUNS,
    );
  });
});

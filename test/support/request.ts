/** Requests with defaults, so that a case shows only what differs. The composites are of the variant of the test project. */
import { API_VERSION, CLAIMS, NAMESPACED } from '../../src/api/kinds.ts';
import { type Selector, selects } from '../../src/call/request.ts';
import type { Composed, Response } from '../../src/call/response.ts';
import { composeInRounds } from '../../src/call/rounds.ts';
import { compose, type Options } from '../../src/function.ts';
import { type JsonObject, objectAt } from '../../src/kube/json.ts';
import { desiredOf } from './carried.ts';
import { inputOf, VARIANT } from './variant.ts';

export const NOW = new Date('2026-01-01T12:00:00Z');
const NAMESPACE = 'team-a';

/** How an Object names its provider config. */
export const configRef = (name: string): JsonObject => {
  const kind = VARIANT.objects.providerConfigKind;
  return { ...(kind !== undefined && { kind }), name };
};

/** A run or an instance as Crossplane has it: with claims under a name of its own. */
function composite(kind: 'agentRun' | 'sympoziumInstance', namespace: string, name: string, suffix: string) {
  const [apiVersion, claimKind] = [API_VERSION, NAMESPACED[kind]];
  if (VARIANT === NAMESPACED) return { apiVersion, kind: claimKind, metadata: { name, namespace }, spec: {} };
  const labels = { 'crossplane.io/claim-name': name, 'crossplane.io/claim-namespace': namespace };
  const claimRef = { apiVersion, kind: claimKind, namespace, name };
  return { apiVersion, kind: CLAIMS[kind], metadata: { name: name + suffix, labels }, spec: { claimRef } };
}

export function runXr(
  spec: JsonObject = {},
  { name = 'run', namespace = NAMESPACE, uid = 'uid-1', status = {} } = {},
): JsonObject {
  const { metadata, spec: own, ...type } = composite('agentRun', namespace, name, '-x7k2p');
  return { ...type, metadata: { ...metadata, uid }, spec: { ...own, instanceRef: 'sre', task: 'Look', ...spec }, status };
}

export function instanceXr(spec: JsonObject = {}, { name = 'sre', namespace = NAMESPACE } = {}): JsonObject {
  const { spec: own, ...others } = composite('sympoziumInstance', namespace, name, '-9qd4m');
  return { ...others, spec: { ...own, ...spec } };
}

/** One whose user nobody knows. */
export function anonymous(xr: JsonObject): JsonObject {
  const { claimRef: _, ...spec } = objectAt(xr, 'spec');
  const { namespace: __, ...metadata } = objectAt(xr, 'metadata');
  return { ...xr, metadata, spec };
}

export const packXr = (name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: API_VERSION,
  kind: 'SkillPack',
  metadata: { name },
  spec: { skills: [{ name, description: `About ${name}`, content: `How to ${name}` }], ...spec },
});

export const policyXr = (spec: JsonObject = {}, name = 'default'): JsonObject => ({
  apiVersion: API_VERSION,
  kind: 'SympoziumPolicy',
  metadata: { name },
  spec,
});

export const uses = (...packs: string[]): JsonObject[] => packs.map((skillPackRef) => ({ skillPackRef }));

/** What a call about a run is given: everything it asks for that is in `cluster`, in as many rounds as it needs. */
export interface World {
  composite: JsonObject;
  cluster?: JsonObject[];
  observed?: Map<string, JsonObject>;
  input?: JsonObject;
  now?: Date;
  options?: Partial<Options>;
  /** What was asked for last time, which Crossplane sends along at once. */
  before?: Record<string, Selector>;
}

const OPTIONS: Options = { ttlSeconds: 60, requirePolicy: false };

/** The composites of these tests stand in no API server, so that an answer has everything at once, as in a preview. */
export function respond({ composite, cluster = [], observed = new Map(), input, now = NOW, options, before }: World): Response {
  return composeInRounds(
    (request) => compose(request, { ...OPTIONS, ...options }),
    { composite, observed, input: input === undefined ? inputOf() : { ...inputOf(), ...input }, now },
    (selector) => cluster.filter((resource) => selects(selector, resource)),
    before,
  );
}

export function respondComposed(world: World): Composed {
  const response = respond(world);
  if (response.kind === 'fatal') throw new Error(response.message);
  return response;
}

/** The manifest of a part, as it was built. */
export function manifestOf(response: Composed, key: string): JsonObject {
  const carried = response.resources.get(key)?.resource;
  if (carried === undefined) throw new Error(`nothing is composed under ${key}; there is ${[...response.resources.keys()]}`);
  return desiredOf(carried);
}

/** The requests that are measured, as Crossplane sends them, and what the function answers to each. */
import { RunFunctionRequest } from '@crossplane-org/function-sdk-typescript';
import { type Request, selects } from '../../src/call/request.ts';
import type { Composed } from '../../src/call/response.ts';
import { composeInRounds } from '../../src/call/rounds.ts';
import type { RenderInput } from '../../src/cli/input/load.ts';
import { withUid } from '../../src/cli/input/uid.ts';
import { compose } from '../../src/function.ts';
import { type JsonObject, objectAt } from '../../src/kube/json.ts';
import { loadOne, readExample } from '../support/examples.ts';

export interface Case {
  /** Also the tag of its requests. */
  name: string;
  /** A RunFunctionRequest. */
  request: Uint8Array;
  response: Composed;
}

/** Everything that is measured, as of this moment: what runs has started just now. */
export const buildCases = (): Case[] => [
  buildCase('SkillPack', { ...fromExample('skillpack'), composite: buildSkillPack() }),
  buildCase('AgentRun, first call', fromExample('three-packs')),
  buildCase('AgentRun, running', fromExample('phase-running')),
  buildCase('AgentRun, finished', withSpec(fromExample('phase-succeeded'), { ttlSecondsAfterFinished: 86_400 })),
  buildCase('AgentRun, 200 faults', withSpec(fromExample('three-packs'), { env: buildFaults() })),
];

function buildCase(name: string, { composite: given, observed, required, input }: RenderInput): Case {
  const composite = withUid(given);
  let last: Request | undefined;
  const response = composeInRounds(
    (request) => {
      last = request;
      return compose(request, { ttlSeconds: 60, requirePolicy: false });
    },
    { composite, observed, input, now: new Date() },
    (selector) => required.filter((resource) => selects(selector, resource)),
  );
  if (response.kind === 'fatal') throw new Error(response.message);
  const toResource = (resource: JsonObject) => ({ resource });
  const message = RunFunctionRequest.fromPartial({
    meta: { tag: name },
    observed: { composite: { resource: composite }, resources: mapValues(observed, toResource) },
    ...(input && { input }),
    requiredResources: mapValues(last?.required ?? new Map(), (items: JsonObject[]) => ({ items: items.map(toResource) })),
  });
  return { name, request: RunFunctionRequest.encode(message).finish(), response };
}

const mapValues = <T, R>(map: ReadonlyMap<string, T>, change: (value: T) => R): Record<string, R> =>
  Object.fromEntries([...map].map(([key, value]) => [key, change(value)]));

/** An example with its times moved to now: a run that started long ago would be one that should have ended. */
function fromExample(name: string): RenderInput {
  const { files, now } = readExample(name);
  const moved = (text: string): string =>
    new Date(Date.parse(text) + Date.now() - now.getTime()).toISOString().replace(/\.\d+/, '');
  const move = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll(/(?<=")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=")/g, moved)) as T;
  const { composite, observed, ...rest } = loadOne(files);
  return { ...rest, composite: move(composite), observed: new Map([...observed].map(([key, object]) => [key, move(object)])) };
}

const withSpec = (input: RenderInput, spec: JsonObject): RenderInput => ({
  ...input,
  composite: { ...input.composite, spec: { ...objectAt(input.composite, 'spec'), ...spec } },
});

const SKILL_BYTES = 20 * 1024;
const LINE = 'Look at the Deployments first, then at the events of their Pods.\n';

function buildSkillPack(): JsonObject {
  const content = LINE.repeat(SKILL_BYTES / LINE.length);
  const skills = Array.from({ length: 10 }, (_, index) => ({ name: `skill-${index}`, content }));
  return { apiVersion: 'sympozium.ai/v1alpha1', kind: 'SkillPack', metadata: { name: 'large' }, spec: { skills } };
}

const buildFaults = (): JsonObject[] => Array.from({ length: 200 }, (_, index) => ({ name: `not a name ${index}`, value: 'x' }));

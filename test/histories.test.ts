/** The promises over random lives of a run in the model of `simulate`: edits, losses, refusals, restarts, delays. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../src/kube/json.ts';
import { type PartKey, RIGHTS } from '../src/run/plan.ts';
import { listBoundRules } from '../src/simulation/rights.ts';
import { plain, task, tools } from './support/packs.ts';
import { instanceXr, packXr, policyXr, uses } from './support/request.ts';
import { Watched } from './support/watched.ts';

/** In each variant. */
const RUNS = 5_000;

/** Printed in the name of the test; SEED=… repeats it. */
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

const EDITS: JsonObject[] = [
  tools,
  packXr('tools', { sidecar: { image: 'other:2', clusterRBAC: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] } }),
  packXr('tools', { sidecar: { image: 'i', hostAccess: { enabled: true, hostNetwork: true } } }),
  packXr('tools', { skills: 'nonsense' }),
  instanceXr({ timeout: '1m' }),
  policyXr({ nonsense: 1 }),
];
/** Crossplane looks less often than by default, so that ten thousand lives take less than a minute. */
const SETTINGS: JsonObject = {
  apiVersion: 'skillpack.fn.crossplane.io/v1beta1',
  kind: 'Settings',
  ttl: { preparing: '30s', active: '60s' },
};

const GIVEN: JsonObject[] = [tools, instanceXr()];
const REFUSALS = ['Role', 'RoleBinding', 'ClusterRole', 'Job', 'ServiceAccount'];

interface Action {
  weight: number;
  /** What it is done with. */
  choices?: unknown[];
  act: (run: Watched, choice: never) => void;
}

const ACTIONS: Record<string, Action> = {
  wait: { weight: 16, choices: [0.1, 0.2, 0.5, 2, 11, 40], act: ({ simulation }, seconds: number) => simulation.wait(seconds) },
  waitLong: { weight: 1, choices: [200, 700], act: ({ simulation }, seconds: number) => simulation.wait(seconds) },
  edit: { weight: 2, choices: EDITS, act: ({ simulation }, resource: JsonObject) => simulation.api.put(resource) },
  remove: { weight: 1, choices: GIVEN, act: ({ simulation }, resource: JsonObject) => simulation.api.delete(resource) },
  endAgent: { weight: 4, choices: [0, 1], act: ({ simulation }, code: number) => simulation.endAgent(code) },
  cancel: { weight: 1, act: ({ simulation }) => simulation.change({ cancel: true }) },
  delete: { weight: 1, act: ({ simulation }) => simulation.delete() },
  apply: { weight: 2, act: ({ simulation }) => simulation.apply() },
  forbid: { weight: 1, choices: REFUSALS, act: ({ simulation }, kind: string) => simulation.provider.forbid(kind, 'no') },
  permit: { weight: 1, choices: REFUSALS, act: ({ simulation }, kind: string) => simulation.provider.permit(kind) },
  stopCrossplane: { weight: 1, act: ({ simulation }) => simulation.crossplane.stop() },
  startCrossplane: { weight: 2, act: ({ simulation }) => simulation.crossplane.start() },
  stopProvider: { weight: 1, act: ({ simulation }) => simulation.provider.stop() },
  startProvider: { weight: 2, act: ({ simulation }) => simulation.provider.start() },
  stopFunction: { weight: 1, act: (run) => run.stopFunction() },
  startFunction: { weight: 2, act: (run) => run.startFunction() },
  setClock: { weight: 1, choices: [-3600, -30, 0, 30, 3600], act: (run, seconds: number) => run.setClock(seconds) },
  deleteObject: { weight: 1, choices: [...RIGHTS], act: ({ simulation }, part: PartKey) => simulation.deleteObject(part) },
  // Between release and pin a Job deleted by hand can run again: the stated limit.
  deleteJobObject: { weight: 1, act: (run) => run.isBeforePin() || run.simulation.deleteObject('agentrun-job') },
  deleteJob: { weight: 1, act: (run) => run.isBeforePin() || run.simulation.deleteJob() },
};

const step = fc.oneof(
  ...Object.entries(ACTIONS).map(([name, { weight, choices = [null] }]) => ({
    weight,
    arbitrary: fc.tuple(fc.constant(name), fc.constantFrom(...choices)),
  })),
);
const history = fc.record({ seed: fc.integer(), steps: fc.array(step, { minLength: 4, maxLength: 18 }) });

/** Numbers from 0 to 1 that repeat with their seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Everything works again. */
function heal(run: Watched): void {
  run.startFunction();
  run.setClock(0);
  for (const kind of REFUSALS) run.simulation.provider.permit(kind);
  run.simulation.crossplane.start();
  run.simulation.provider.start();
}

describe('over random histories', () => {
  it(`a run starts at most once, is never changed or suspended again, and leaves nothing behind (seed ${SEED})`, () => {
    const ends: Record<string, number> = {};
    fc.assert(
      fc.property(history, ({ seed, steps }) => {
        const { composite } = task({ skills: uses('tools') });
        const run = new Watched({ composite, required: [...GIVEN, plain], input: SETTINGS }, randomOf(seed));
        const { simulation } = run;
        simulation.apply();
        for (const [name, choice] of steps) ACTIONS[name]?.act(run, choice as never);
        const { phase = 'none' } = simulation.status;
        ends[phase] = (ends[phase] ?? 0) + 1;

        heal(run);
        simulation.endAgent(0);
        const isFree = simulation.until(() => listBoundRules(simulation.api).length === 0, 3600);
        expect(isFree, 'rights an hour later').toBe(true);
        simulation.delete();
        simulation.until(() => simulation.isOver(), 3600);
        const left = simulation.left();
        expect(left, left.length > 0 ? run.describe() : '').toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // Each end is reached often enough for this to prove something.
    for (const phase of ['Preparing', 'Running', 'Succeeded', 'Failed', 'Cancelled'])
      expect(ends[phase], phase).toBeGreaterThan(50);
  }, 120_000);
});

/** The promises over random histories of one run: late, stale and missing observations, edits, cancels, losses, time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject, objectAt, valueAt } from '../src/kube/json.ts';
import { RIGHTS, readPlan } from '../src/run/plan.ts';
import { History } from './support/history.ts';
import { plain, task, tools } from './support/packs.ts';
import { instanceXr, packXr, policyXr, uses } from './support/request.ts';

const RUNS = 10_000;

/** Printed in the name of the test; SEED=… repeats it. */
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
const JOB = 'agentrun-job';

/** The real Job, as provider and cluster have it. */
interface RealJob {
  suspended: boolean;
  status: JsonObject;
}

/** A history with a real Job behind it, and everything that is checked after each call. */
class Watched extends History {
  job: RealJob | undefined;
  starts = 0;
  released = false;
  ended: string | undefined;
  frozen: string | undefined;

  /** The provider works: it creates and updates a Job only where it may. */
  provide(): void {
    this.settle();
    const object = this.objects.get(JOB);
    if (object === undefined) return;
    const policies = valueAt(object, 'spec', 'managementPolicies') as string[];
    const suspend = valueAt(object, 'spec', 'forProvider', 'manifest', 'spec', 'suspend') === true;
    if (policies.includes('*')) {
      if (this.job === undefined) this.job = { suspended: true, status: {} };
      if (this.job.suspended && !suspend) {
        this.job = { suspended: false, status: { startTime: this.time(), active: 1, ready: 1 } };
        this.starts += 1;
      }
    }
    if (this.job === undefined) this.fail(JOB, 'observe failed: external resource does not exist');
    else this.see(this.job);
  }

  private see(job: RealJob): void {
    this.report(JOB, job.status);
    const object = this.objects.get(JOB) ?? {};
    const manifest = objectAt(object, 'status', 'atProvider', 'manifest');
    const real = { ...manifest, spec: { ...objectAt(manifest, 'spec'), suspend: job.suspended } };
    this.objects.set(JOB, { ...object, status: { ...objectAt(object, 'status'), atProvider: { manifest: real } } });
  }

  finish(type: 'Complete' | 'Failed'): void {
    if (this.job === undefined || this.job.suspended) return;
    const condition = { type, status: 'True', reason: '', message: '', lastTransitionTime: this.time() };
    const { startTime = this.time() } = this.job.status;
    this.job.status = { startTime, conditions: [condition], ...(type === 'Complete' && { completionTime: this.time() }) };
  }

  checked(): void {
    const before = this.last?.status as JsonObject | undefined;
    const seen = this.objects.has(JOB);
    this.call();
    const { status, resources } = this.last;
    const phase = String(status.phase);

    const suspend = valueAt(resources.get(JOB)?.resource, 'spec', 'forProvider', 'manifest', 'spec', 'suspend');
    if (suspend === false) {
      if (!this.released) this.expectPrepared();
      this.released = true;
    }
    if (this.released) expect(suspend, 'suspended again').not.toBe(true);

    if (this.ended !== undefined) expect(phase, 'an end has changed').toBe(this.ended);
    if (['Succeeded', 'Failed', 'Cancelled'].includes(phase)) {
      this.ended = phase;
      for (const key of RIGHTS) expect(resources.has(key), `${key} after the end`).toBe(false);
    }
    for (const field of ['runId', 'mode', 'workloadName', 'startTime', 'skills', 'rights']) {
      if (before?.[field] !== undefined) expect((status as JsonObject)[field], `status lost ${field}`).toBeDefined();
    }
    this.expectFrozen(seen);
    if (this.leaving.some((object) => isRight(object))) expect(this.condition('RightsHeld')).toMatch(/^True/);
  }

  /** At the moment of release everything that was planned is there and ready. */
  private expectPrepared(): void {
    const others = [...this.last.resources].filter(([key]) => key !== JOB);
    for (const [key, { ready }] of others) expect(ready, `${key} at the release`).toBe(true);
    const plan = readPlan(objectAt(this.last.resources.get(JOB)?.resource, 'spec', 'forProvider', 'manifest'));
    expect(others.map(([key]) => key).sort()).toEqual(Object.keys(plan?.parts ?? {}).sort());
  }

  /** From its first observation on the Job is asked for as it was, whatever is edited. */
  private expectFrozen(seen: boolean): void {
    const manifest = objectAt(this.last.resources.get(JOB)?.resource, 'spec', 'forProvider', 'manifest');
    if (!isObject(manifest['spec'])) return;
    const text = JSON.stringify({ ...manifest, spec: { ...manifest['spec'], suspend: true } });
    if (this.frozen !== undefined) expect(text).toBe(this.frozen);
    if (seen) this.frozen = text;
  }
}

const isRight = (object: JsonObject): boolean =>
  RIGHTS.some((key) => valueAt(object, 'metadata', 'labels', 'sympozium.ai/part') === key);

const CLUSTERS: JsonObject[][] = [
  [instanceXr(), tools, plain],
  [
    instanceXr(),
    packXr('tools', { sidecar: { image: 'other:2', clusterRBAC: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] } }),
  ],
  [instanceXr(), packXr('tools', { sidecar: { image: 'i', hostAccess: { enabled: true } } })],
  [instanceXr()],
  [tools],
  [instanceXr(), tools, policyXr({ nonsense: 1 })],
  [],
];

type Step = (run: Watched) => void;
const steps: [string, fc.Arbitrary<Step>][] = [
  ['call', fc.constant((run) => run.checked())],
  ['provider', fc.constant((run) => run.provide())],
  ['both', fc.constant(both)],
  ['edit', fc.constantFrom(...CLUSTERS).map((cluster) => (run: Watched) => void run.edit(cluster))],
  ['time', fc.constantFrom(1, 31, 200, 601, 1000).map((seconds) => (run: Watched) => void run.wait(seconds))],
  ['finish', fc.constantFrom('Complete' as const, 'Failed' as const).map((type) => (run: Watched) => run.finish(type))],
  ['cancel', fc.constant((run) => void run.spec({ cancel: true }))],
  [
    'refuse',
    fc.constantFrom(...RIGHTS).map((key) => (run: Watched) => void (run.objects.has(key) && run.fail(key, 'not currently held'))),
  ],
  ['stale', fc.constant((run) => void (run.objects.has(JOB) && run.report(JOB, {})))],
  ['object lost', fc.constantFrom(...RIGHTS, JOB).map((key) => (run: Watched) => void run.objects.delete(key))],
  ['job lost', fc.constant((run) => loseJob(run))],
];
const WEIGHTS: Record<string, number> = { both: 12, call: 6, provider: 4 };

function both(run: Watched): void {
  run.provide();
  run.checked();
}

/** Between release and pin a Job deleted by hand can be made again: the stated limit. */
function loseJob(run: Watched): void {
  const policies = valueAt(run.objects.get(JOB), 'spec', 'managementPolicies') as string[] | undefined;
  if (policies !== undefined && !policies.includes('*')) run.job = undefined;
}

const history = fc.array(fc.oneof(...steps.map(([name, arbitrary]) => ({ arbitrary, weight: WEIGHTS[name] ?? 1 }))), {
  minLength: 4,
  maxLength: 40,
});

describe('over random histories', () => {
  it(`a run starts at most once, is never changed or suspended again, and holds nothing after its end (seed ${SEED})`, () => {
    const phases: Record<string, number> = {};
    fc.assert(
      fc.property(history, (actions) => {
        const run = new Watched(task({ skills: uses('tools') }));
        run.checked();
        for (const act of actions) act(run);
        run.checked();
        expect(run.starts).toBeLessThanOrEqual(1);
        phases[run.status.phase ?? ''] = (phases[run.status.phase ?? ''] ?? 0) + 1;
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // Each end is reached often enough for this to prove something.
    for (const phase of ['Preparing', 'Running', 'Succeeded', 'Failed', 'Cancelled'])
      expect(phases[phase], phase).toBeGreaterThan(100);
  }, 120_000);
});

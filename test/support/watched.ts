/** A simulation of a run with everything the README promises checked at every call and every Pod. */
import { compose } from '../../src/compose.ts';
import type { Request } from '../../src/function/request.ts';
import type { Composed, Response } from '../../src/function/response.ts';
import { digest } from '../../src/kube/digest.ts';
import { equal, isObject, type JsonObject, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { PART, RUN } from '../../src/kube/labels.ts';
import { desiredManifest } from '../../src/objects/observed.ts';
import { type PartKey, RIGHTS, readPlan } from '../../src/run/plan.ts';
import { uidOf } from '../../src/simulation/apiserver.ts';
import { listBoundRules } from '../../src/simulation/rights.ts';
import { type Cast, Simulation } from '../../src/simulation/simulation.ts';

const JOB = 'agentrun-job';
const KEPT_STATUS = ['runId', 'mode', 'workloadName', 'startTime', 'skills', 'rights', 'completionTime', 'frozenDigest'];

/** What is known of one composite, by its uid. */
interface Known {
  released: boolean;
  ended: string | undefined;
  frozen: JsonObject | undefined;
}

export class Watched {
  readonly simulation: Simulation;
  /** Pods made, by run. */
  readonly starts = new Map<string, number>();
  private readonly known = new Map<string, Known>();
  private calls = 0;
  private functionIsDown = false;
  /** How far the function's clock is from the cluster's. */
  private skewMs = 0;

  constructor(cast: Cast, random: () => number) {
    this.simulation = new Simulation(cast, {
      watches: random() < 0.5,
      lagMs: () => (random() < 0.8 ? 20 : random() * 3_000),
      shuffle: (items) =>
        items
          .map((item) => ({ item, at: random() }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item),
      compose: (request) => this.call(request),
    });
    this.simulation.api.watch(({ before, after }) => {
      if (before !== undefined || after?.['kind'] !== 'Pod') return;
      const run = textAt(after, 'metadata', 'labels', RUN) ?? '';
      this.starts.set(run, (this.starts.get(run) ?? 0) + 1);
      const isTask = textAt(after, 'spec', 'restartPolicy') === 'Never';
      must(!isTask || this.starts.get(run) === 1, `${run} has started again`);
    });
  }

  /** Calls fail until it is started again. */
  stopFunction(): void {
    this.functionIsDown = true;
  }

  startFunction(): void {
    this.functionIsDown = false;
  }

  setClock(seconds: number): void {
    this.skewMs = seconds * 1000;
  }

  private call(asked: Request): Response {
    if (this.functionIsDown) return { kind: 'fatal', message: 'down' };
    const request = { ...asked, now: new Date(asked.now.getTime() + this.skewMs) };
    const response = compose(request, { ttlSeconds: 60, requirePolicy: false });
    if (response.kind === 'fatal') throw new Error(response.message);
    this.calls += 1;
    if (this.calls % 16 === 0) {
      const again = compose(structuredClone(request), { ttlSeconds: 60, requirePolicy: false });
      must(text(again) === text(response), 'the same request has another answer');
    }
    // What asks for more is not applied.
    if (Object.keys(response.requirements).every((key) => request.required.has(key))) this.checkAndTell(request, response);
    return response;
  }

  private checkAndTell(request: Request, response: Composed): void {
    try {
      this.check(request, response);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.describe()}\nthen ${JSON.stringify(response.status)}`);
    }
  }

  private check(request: Request, response: Composed): void {
    const uid = uidOf(request.composite);
    const known = this.known.get(uid) ?? { released: false, ended: undefined, frozen: undefined };
    this.known.set(uid, known);
    const status = response.status as JsonObject;
    const phase = String(status['phase']);
    this.checkRelease(known, request, response);
    this.checkFrozen(known, request, response);

    must(known.ended === undefined || phase === known.ended, `the end ${known.ended} has become ${phase}`);
    if (['Succeeded', 'Failed', 'Cancelled'].includes(phase)) known.ended = phase;
    if (known.ended !== undefined) {
      for (const key of RIGHTS) must(!response.resources.has(key), `${key} is desired after the end`);
    }
    const before = objectAt(request.composite, 'status');
    for (const field of KEPT_STATUS) must(before[field] === undefined || status[field] !== undefined, `status.${field} is lost`);
    this.checkHeld(textAt(status, 'runId'), response);
  }

  /** Everything is there when the start is decided, and still exists when it is let go. */
  private checkRelease(known: Known, { observed, composite }: Request, { resources, status }: Composed): void {
    const job = resources.get(JOB)?.resource;
    if (job === undefined) return;
    const manifest = desiredManifest(job);
    const planned = readPlan(manifest)?.parts ?? {};
    const isDecided = 'workloadName' in status && textAt(composite, 'status', 'workloadName') === undefined;
    for (const [part, digestOfPart] of Object.entries(isDecided ? planned : {})) {
      const real = desiredManifest(observed.get(part));
      must(digest(real) === digestOfPart, `${part} is not what was planned when the start is decided`);
      // What somebody deletes at this moment may still be observed.
      const object = this.simulation.objectOf(part as PartKey);
      must(object === undefined || this.simulation.api.get(real) !== undefined, `${part} is not real when the start is decided`);
    }
    const suspend = valueAt(manifest, 'spec', 'suspend');
    must(!known.released || suspend === false, 'the Job is suspended again');
    if (suspend !== false || known.released) return;
    known.released = true;
    const others = [...resources.keys()].filter((key) => key !== JOB).sort();
    must(equal(others, Object.keys(planned).sort()), 'not everything that was planned is there at the release');
  }

  /** From the first observation of its Job on a run is what it was, and nothing that exists goes before its end. */
  private checkFrozen(known: Known, { observed }: Request, { resources, status }: Composed): void {
    const job = observed.get(JOB);
    if (job === undefined) return;
    const { phase = '', reason = '' } = status as { phase?: string; reason?: string };
    const isLiving = ['Preparing', 'Running'].includes(phase);
    const rightsEnded = isLiving && ['Ending', 'ProviderUnreachable'].includes(reason);
    for (const [key, object] of observed) {
      const desired = resources.get(key)?.resource;
      const mayGo = !isLiving || (rightsEnded && RIGHTS.some((right) => right === key));
      must(mayGo || desired !== undefined, `${key} is dropped`);
      must(desired === undefined || equal(frozenOf(desired), frozenOf(object)), `${key} has changed`);
    }
    must(known.frozen === undefined || equal(frozenOf(job), known.frozen), 'the Job has changed');
    // Before its start is decided a Job that is lost is made again, of what is there then.
    if ('workloadName' in status) known.frozen = frozenOf(job);
  }

  /** Whoever reads that nothing is held can rely on it. */
  private checkHeld(run: string | undefined, { conditions }: Composed): void {
    const held = conditions.find(({ type }) => type === 'RightsHeld');
    if (held?.status !== 'False' || run === undefined) return;
    const { api } = this.simulation;
    const left = api.list('Object').filter((object) => textAt(object, 'metadata', 'labels', RUN) === run && isRight(object));
    must(held.reason !== 'Revoked' || left.length === 0, 'RightsHeld is False and Objects are left');
    const grants = listBoundRules(api).filter(({ serviceAccount }) => serviceAccount.endsWith(`/agentrun-${run}`));
    must(grants.length === 0, 'RightsHeld is False and rights are left');
  }

  /** What happened, for whoever reads why a test failed. */
  describe(): string {
    return this.simulation.timeline.entries.map(({ seconds, phase, what }) => `${seconds} ${phase} ${what}`).join('\n');
  }

  /** Whether a Job was released and the provider may still make it: the seconds of the stated limit. */
  isBeforePin(): boolean {
    const object = this.simulation.objectOf(JOB);
    const released = valueAt(desiredManifest(object), 'spec', 'suspend') === false;
    return released && (valueAt(object, 'spec', 'managementPolicies') as string[]).includes('*');
  }
}

const text = (response: Response): string => JSON.stringify(response, (_, value) => (value instanceof Map ? [...value] : value));

/** A manifest but for whether its Job is suspended. */
const frozenOf = (object: JsonObject): JsonObject => {
  const manifest = desiredManifest(object);
  const { spec } = manifest;
  return isObject(spec) && 'suspend' in spec ? { ...manifest, spec: { ...spec, suspend: true } } : manifest;
};

/** Said without a test library, which takes its time with each of a million checks. */
function must(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}

const isRight = (object: JsonObject): boolean => RIGHTS.some((key) => textAt(object, 'metadata', 'labels', PART) === key);

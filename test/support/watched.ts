/** A world of runs with everything the README promises checked at every call and every change, and what may befall it. */

import { RELEASED } from '../../src/api/labels.ts';
import type { Request } from '../../src/call/request.ts';
import type { Response } from '../../src/call/response.ts';
import { isLast } from '../../src/call/rounds.ts';
import { compose } from '../../src/function.ts';
import { type JsonObject, listAt, objectAt, valueAt } from '../../src/kube/json.ts';
import { chooseCarrier } from '../../src/objects/choice.ts';
import { isObject } from '../../src/objects/object.ts';
import { identifyRun } from '../../src/run/given.ts';
import { Refused, uidOf } from '../../src/simulation/apiserver.ts';
import { Simulation } from '../../src/simulation/simulation.ts';
import { World, type WorldCast } from '../../src/simulation/world.ts';
import { Answers, OTHERS } from './answers.ts';
import { desiredOf, partLabelOf } from './carried.ts';
import { must } from './invariants.ts';
import { type Known, newKnown } from './known.ts';
import { Persisted } from './persisted.ts';
import type { Random } from './random.ts';
import { COMPOSE, VARIANT } from './variant.ts';

/** What is down, by name; see `circumstances`. */
export type Trouble =
  | 'function'
  | 'crossplane'
  | 'provider'
  | 'clock'
  | 'settings'
  | 'node'
  | `forbid ${string}`
  | `refuse ${string}`;

export class Watched {
  readonly world: World;
  readonly runs: Simulation[];
  readonly persisted: Persisted;
  private readonly input: JsonObject | undefined;
  private readonly answers: Answers;
  private readonly byUid = new Map<string, Known>();
  private readonly byId = new Map<string, Known>();
  private readonly troubles = new Set<Trouble>();
  private calls = 0;
  /** Since when Crossplane and the function have been working, and since when everything has and nobody did anything. */
  private upSince = 0;
  private calmSince = 0;
  private isEditingStatus = false;
  /** How far the function's clock is from the cluster's. */
  private skewMs = 0;
  private wasClockWrong = false;

  constructor(cast: WorldCast, random: Random) {
    this.input = cast.input;
    // Some worlds are quiet, some are slow now and then, and in some every step takes its time.
    const slow = random.pick([0, 0.2, 0.2, 0.5]);
    const lag = random.pick([300, 300, 1_000, 3_000]);
    const steps = random.pick([0, 0, 30, 300]);
    this.world = new World(cast, {
      watches: random.chance(0.5),
      propagates: random.chance(0.5),
      lateLists: true,
      cleansLabels: true,
      lagMs: () => (random.chance(slow) ? random.next() * lag : 20),
      compositeLagMs: () => (random.chance(slow) ? (random.next() * lag) / 2 : 20),
      stepMs: () => (steps === 0 ? 0 : random.next() * steps),
      shuffle: (items) => random.shuffle(items),
      compose: random.chance(0.1) ? (request) => withOthers(this.call(request)) : (request) => this.call(request),
    });
    this.world.api.admit((after, before) => this.admit(after, before));
    this.answers = new Answers(this.world);
    this.persisted = new Persisted(this.world, {
      byUid: (uid, composite) => this.knownOf(uid, composite),
      byId: (id) => this.byId.get(id),
      isByHand: () => this.isEditingStatus,
      upSince: () => (this.hasTrouble('function', 'crossplane') ? undefined : this.upSince),
      wasClockWrong: () => this.wasClockWrong,
      calmSince: () => (this.troubles.size > 0 ? undefined : this.calmSince),
    });
    this.runs = cast.composites.map((composite) => new Simulation(this.world, composite));
  }

  hasTrouble(...troubles: Trouble[]): boolean {
    return troubles.some((trouble) => this.troubles.has(trouble));
  }

  /** Something is done to the world. */
  disturb(): void {
    this.calmSince = this.world.clock.now;
  }

  /** Something works no more, or works again. */
  private set(trouble: Trouble, isOn: boolean): void {
    if (this.troubles.has(trouble) !== isOn) this.world.timeline.tell(`${trouble}: ${isOn ? 'trouble' : 'works again'}`);
    if (isOn) this.troubles.add(trouble);
    else this.troubles.delete(trouble);
    this.disturb();
    if (trouble === 'function' || trouble === 'crossplane') this.upSince = this.world.clock.now;
  }

  /** Calls fail until it is started again. */
  stopFunction(): void {
    this.set('function', true);
  }

  startFunction(): void {
    this.set('function', false);
  }

  stopCrossplane(): void {
    this.set('crossplane', true);
    this.world.crossplane.stop();
  }

  startCrossplane(): void {
    this.set('crossplane', false);
    this.world.crossplane.start();
  }

  stopProvider(): void {
    this.set('provider', true);
    this.world.provider.stop();
  }

  startProvider(): void {
    this.set('provider', false);
    this.world.provider.start();
  }

  setClock(seconds: number): void {
    this.skewMs = seconds * 1000;
    this.wasClockWrong ||= seconds !== 0;
    this.set('clock', seconds !== 0);
  }

  /** The provider may not make objects of a kind. */
  forbid(kind: string): void {
    this.set(`forbid ${kind}`, true);
    this.world.provider.forbid(kind, 'no');
    this.world.crossplane.forbid(kind, 'no');
  }

  permit(kind: string): void {
    this.set(`forbid ${kind}`, false);
    this.world.provider.permit(kind);
    this.world.crossplane.permit(kind);
  }

  /** A quota or a webhook stands against the Objects of a part: against new ones, or also against changes. */
  refuse(part: string, isChangeToo: boolean): void {
    this.set(`refuse ${part}`, true);
    if (isChangeToo) this.set(`refuse change of ${part}`, true);
  }

  accept(part: string): void {
    this.set(`refuse ${part}`, false);
    this.set(`refuse change of ${part}`, false);
  }

  private admit(after: JsonObject, before: JsonObject | undefined): JsonObject {
    const part = partLabelOf(after);
    const trouble: Trouble = before === undefined ? `refuse ${part}` : `refuse change of ${part}`;
    if (part !== undefined && this.troubles.has(trouble)) throw new Refused('Forbidden', `${part} is forbidden: no`);
    return after;
  }

  /** The input of the Composition's step is edited; none is the one it had. */
  editSettings(input: JsonObject | undefined = this.input, isBroken = false): void {
    this.world.input = input;
    this.set('settings', isBroken);
  }

  loseNode(run: Simulation): void {
    run.loseNode();
    this.set('node', true);
  }

  recoverNodes(): void {
    this.world.cluster.recoverNodes();
    this.set('node', false);
  }

  /** What somebody does to the status is no fault of anybody else. */
  editStatus(run: Simulation, edit: (status: JsonObject) => JsonObject): void {
    this.isEditingStatus = true;
    run.editStatus(edit);
    this.isEditingStatus = false;
    this.disturb();
  }

  /** Somebody edits the Job inside its Object, which makes it another one from then on. */
  editJobObject(run: Simulation): void {
    const known = this.byId.get(run.id);
    const object = run.carriedOf('agentrun-job');
    if (known === undefined || object === undefined || !isObject(object)) return;
    known.isJobEdited = true;
    this.world.timeline.tell('somebody edits the Object agentrun-job');
    const manifest = desiredOf(object);
    const annotations = { ...objectAt(manifest, 'metadata', 'annotations'), edited: 'true' };
    const edited = { ...manifest, metadata: { ...objectAt(manifest, 'metadata'), annotations } };
    const forProvider = { ...objectAt(object, 'spec', 'forProvider'), manifest: edited };
    this.world.api.put({ ...object, spec: { ...objectAt(object, 'spec'), forProvider } });
  }

  /** Between release and start it is taken for drift and the Job is resumed, which is the hand's doing. */
  suspendJob(run: Simulation): void {
    const known = this.byId.get(run.id);
    const isResumed = isBeforePin(run) && valueAt(run.job(), 'spec', 'suspend') === false;
    run.suspendJob(true);
    if (known !== undefined && isResumed) known.resumed += 1;
  }

  resumeJob(run: Simulation): void {
    const known = this.byId.get(run.id);
    const job = run.job();
    run.suspendJob(false);
    if (known !== undefined && valueAt(job, 'spec', 'suspend') === true) known.resumed += 1;
    this.disturb();
  }

  /** Everything works again but the input of the Composition's step. */
  heal(): void {
    for (const trouble of [...this.troubles]) {
      const [what, ...name] = trouble.split(' ');
      if (what === 'forbid') this.permit(name.join(' '));
      else if (what === 'refuse') this.set(trouble, false);
    }
    this.recoverNodes();
    this.setClock(0);
    this.startFunction();
    this.startCrossplane();
    this.startProvider();
  }

  private knownOf(uid: string, composite: JsonObject): Known {
    const known = this.byUid.get(uid) ?? newKnown(identifyRun(composite)?.id ?? '', composite);
    this.byUid.set(uid, known);
    this.byId.set(known.id, known);
    return known;
  }

  private call(asked: Request): Response {
    if (this.troubles.has('function')) return { kind: 'fatal', message: 'down' };
    const request = { ...asked, now: new Date(asked.now.getTime() + this.skewMs) };
    const response = compose(request, { ttlSeconds: 60, requirePolicy: false });
    if (response.kind === 'fatal') {
      if (!this.troubles.has('settings')) throw new Error(response.message);
      return response;
    }
    this.calls += 1;
    if (this.calls % 64 === 0) {
      const again = compose(structuredClone(request), { ttlSeconds: 60, requirePolicy: false });
      must('deterministic', text(again) === text(response), '');
    }
    // What asks for more is not applied.
    if (isLast(response, request)) {
      this.answers.check(this.knownOf(uidOf(request.composite), request.composite), request, response);
    }
    return response;
  }

  /** What happened, for whoever reads why a test failed. */
  describe(): string {
    return this.world.timeline.entries.map(({ seconds, phase, what }) => `${seconds} ${phase} ${what}`).join('\n');
  }
}

/** Another step of the Composition makes an Object of its own. */
function withOthers(response: Response): Response {
  if (response.kind === 'fatal') return response;
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'team-a', name: OTHERS } };
  const settings = { compose: COMPOSE, clusterRights: 'Provider' } as const;
  const resource = chooseCarrier(settings, VARIANT).wrap(manifest, 'default', 'team-a', {}) ?? {};
  return { ...response, resources: new Map([...response.resources, [OTHERS, { resource, ready: true }]]) };
}

/** Whether a Job was released and may still be updated. */
function isBeforePin(run: Simulation): boolean {
  const carried = run.carriedOf('agentrun-job');
  if (carried === undefined) return false;
  if (!isObject(carried)) return valueAt(carried, 'metadata', 'annotations', RELEASED) === undefined;
  const released = valueAt(desiredOf(carried), 'spec', 'suspend') === false;
  return released && listAt(carried, 'spec', 'managementPolicies').includes('*');
}

const text = (response: Response): string => JSON.stringify(response, (_, value) => (value instanceof Map ? [...value] : value));

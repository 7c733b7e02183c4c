/** What has to hold of every answer of the function, whatever it was shown. */

import { PART, RUN } from '../../src/api/labels.ts';
import { REASONS, type Reason } from '../../src/api/reasons.ts';
import type { Request } from '../../src/call/request.ts';
import type { Composed } from '../../src/call/response.ts';
import { readCondition } from '../../src/kube/conditions.ts';
import { digest } from '../../src/kube/digest.ts';
import { hasEnded } from '../../src/kube/job.ts';
import { equal, isObject, type JsonObject, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { PODS } from '../../src/objects/pods.ts';
import { PARTS, type PartKey, RIGHTS } from '../../src/run/parts.ts';
import { readPlan } from '../../src/run/plan.ts';
import { uidOf } from '../../src/simulation/apiserver.ts';
import { CONTROLLER_UID } from '../../src/simulation/jobadmission.ts';
import { listBoundRules, RBAC_KINDS } from '../../src/simulation/rights.ts';
import type { World } from '../../src/simulation/world.ts';
import { desiredOf, isWithheld, mayGrant, maySuspend, partLabelOf, realOf, stateOf } from './carried.ts';
import { must } from './invariants.ts';
import { hasForgotten, type Known } from './known.ts';

const JOB = 'agentrun-job';
/** The resource name of what another step of the Composition composes: an Object too. */
export const OTHERS = 'of-another-step';

const ENDS = ['Succeeded', 'Failed', 'Cancelled'];
const KEPT_STATUS = [
  ...['runId', 'mode', 'workloadName', 'startTime', 'skills', 'rights', 'completionTime', 'frozenDigest'],
  ...['exitCode', 'podName'],
];

export const isEnd = (phase: unknown): boolean => ENDS.includes(String(phase));

const isToldSilent = (composite: JsonObject): boolean => textAt(composite, 'status', 'reason') === 'ProviderUnreachable';

export class Answers {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  check(known: Known, asked: Request, response: Composed): void {
    const request = { ...asked, observed: objectsShown(asked) };
    const status = response.status as JsonObject;
    const phase = String(status['phase']);
    must('ttl', Number.isInteger(response.ttlSeconds) && response.ttlSeconds >= 1, `ttlSeconds ${response.ttlSeconds}`);
    const { phases } = REASONS[status['reason'] as Reason] ?? { phases: [] };
    must(
      'reasonIsKnown',
      phases.some((possible) => possible === phase),
      `${phase} ${status['reason']}`,
    );
    this.checkRelease(known, request, response);
    this.checkFrozen(known, request, response);
    this.checkSecondStart(known, request, phase);
    this.checkHeld(known, request, response);
    this.checkApproval(request, response);
    this.checkLook(known, request, response);
    this.checkStaysReleased(known, request, response);
    must('othersUntouched', !response.resources.has(OTHERS), '');
    const makes = (key: PartKey): boolean => {
      const object = response.resources.get(key)?.resource;
      return object !== undefined && mayGrant(object);
    };
    const isWithout = isEnd(phase) || isToldSilent(request.composite);
    const kept = isWithout ? RIGHTS.filter(makes) : [];
    must('noRightsAfterEnd', kept.length === 0, kept.join(', '));
    const before = objectAt(request.composite, 'status');
    const { frozenDigest = '' } = before;
    const digests = `${frozenDigest} becomes ${status['frozenDigest']}`;
    must('digestIsFinal', frozenDigest === '' || frozenDigest === status['frozenDigest'], digests);
    // Whose phase a hand took away before anything was made has not begun.
    const isNew = known.isEdited && request.observed.size === 0 && phase === 'Pending';
    // What was made of it goes, because it is to be something that nobody approved.
    const isAsking = status['reason'] === 'ApprovalRequired' && phase === 'Pending';
    const lost =
      isNew || isAsking ? [] : KEPT_STATUS.filter((field) => before[field] !== undefined && status[field] === undefined);
    must('statusIsKept', lost.length === 0, lost.join(', '));
  }

  /** Everything is there when the start is decided, and still exists when the Job is released. */
  private checkRelease(known: Known, { observed, required, composite }: Request, { resources, status }: Composed): void {
    const job = resources.get(JOB)?.resource;
    if (job === undefined) return;
    const manifest = desiredOf(job);
    const planned = readPlan(manifest)?.parts ?? {};
    const suspend = valueAt(manifest, 'spec', 'suspend');
    const shown = observed.get(JOB) ?? listed(required).find((object) => partLabelOf(object) === JOB);
    const looks = [desiredOf(shown), realOf(shown)];
    const wasReleased = looks.some((look) => valueAt(look, 'spec', 'suspend') === false);
    const isDecided = 'workloadName' in status && textAt(composite, 'status', 'workloadName') === undefined;
    if (isDecided && !wasReleased) {
      const { kind } = stateOf(observed.get(JOB) ?? {});
      must('decidedOnReports', kind === 'applied' || kind === 'ready', `the Job is ${kind}`);
      this.checkParts(planned, observed);
    }
    const mayUpdate = maySuspend(job);
    must('neverSuspended', !known.released || suspend !== true || !mayUpdate || hasForgotten(known), '');
    if (suspend === true) return;
    const label = textAt(manifest, 'spec', 'template', 'metadata', 'labels', CONTROLLER_UID);
    const real = realOf(observed.get(JOB));
    must('locked', label !== undefined && (Object.keys(real).length === 0 || label === uidOf(real)), String(label));
    if (known.released || wasReleased) return;
    known.released = true;
    const missing = Object.keys(planned).filter((key) => !resources.has(key));
    must('startsWhenReady', missing.length === 0, `not there at the release: ${missing.join(', ')}`);
  }

  private checkParts(planned: Record<string, string>, observed: ReadonlyMap<string, JsonObject>): void {
    for (const [part, digestOfPart] of Object.entries(planned)) {
      const manifest = desiredOf(observed.get(part));
      must('startsWhenReady', digest(manifest) === digestOfPart, `${part} is not what was planned when the start is decided`);
      const object = observed.get(part);
      const current = this.world.api.get(object);
      // What somebody deletes at this moment may still be observed.
      const isThere = current === undefined || uidOf(current) !== uidOf(object) || this.world.api.get(manifest) !== undefined;
      const isLeaving = textAt(current, 'metadata', 'deletionTimestamp') !== undefined;
      must('startsWhenReady', isThere || isLeaving, `${part} is not real when the start is decided`);
    }
  }

  private checkStaysReleased(known: Known, { observed, composite }: Request, { resources, status }: Composed): void {
    const { phase, reason } = status as { phase?: string; reason?: string };
    for (const [key, object] of observed) {
      const desired = resources.get(key)?.resource;
      if (desired === undefined) continue;
      const isTakenBack = !isEnd(phase) && BINDINGS.includes(key) && isWithheld(desired) && !isWithheld(object);
      const isSuspended = isLetGo(object) && isStopped(desired);
      must('notTakenBack', (!isTakenBack && !isSuspended) || hasForgotten(known), key);
    }
    const started = textAt(realOf(observed.get(JOB)), 'status', 'startTime');
    const isNew = !isEnd(textAt(composite, 'status', 'phase'));
    // A hand may have started it before its time.
    const isReported = started !== undefined && known.resumed === 0;
    const isObstacle = isNew && phase === 'Failed' && reason === 'PrerequisiteFailed' && isReported;
    must('startedIsNoObstacle', !isObstacle, `started at ${started}`);
  }

  /** From the decision on a run is what it was, and nothing that exists goes before its end. */
  private checkFrozen(known: Known, { observed, composite, now }: Request, { resources, status }: Composed): void {
    const job = observed.get(JOB);
    if (job === undefined) return;
    const { phase = '' } = status as { phase?: string };
    const isLiving = ['Preparing', 'Running'].includes(phase) && !known.isEdited;
    // Past its deadline a Job of which nobody says anything counts as ended, for its rights; also when the clock goes back.
    const reported = textAt(realOf(job), 'status', 'startTime') ?? '';
    const started = Date.parse(textAt(composite, 'status', 'startTime') ?? reported);
    const deadline = started + Number(valueAt(desiredOf(job), 'spec', 'activeDeadlineSeconds')) * 1000;
    const rightsEnded = hasEnded(realOf(job)) || now.getTime() >= deadline || isToldSilent(composite);
    for (const [key, object] of observed) {
      const desired = resources.get(key)?.resource;
      const mayGo = !isLiving || (rightsEnded && RIGHTS.some((right) => right === key)) || key === OTHERS || key === PODS;
      must('frozen', mayGo || desired !== undefined, `${key} is dropped`);
      const isSame = desired === undefined || (mayGo && !mayGrant(desired)) || equal(frozenOf(desired), frozenOf(object));
      must('frozen', isSame, `${key} has changed`);
    }
    if (known.isJobEdited || (known.isEdited && known.lostJobObject)) known.frozen = undefined;
    must('frozen', known.frozen === undefined || equal(frozenOf(job), known.frozen), 'the Job has changed');
    // Before its start is decided a Job that is lost is made again, of what is there then.
    if (textAt(composite, 'status', 'workloadName') !== undefined) known.frozen = frozenOf(job);
  }

  /** A hand that suspends or resumes a Job starts another Pod; a run never owns to the work of that one. */
  private checkSecondStart(known: Known, { composite, observed }: Request, phase: string): void {
    const started = textAt(composite, 'status', 'startTime');
    const before = objectAt(composite, 'status')['phase'];
    if (known.resumed === 0 || isEnd(before) || started === undefined) return;
    const startTime = textAt(realOf(observed.get(JOB)), 'status', 'startTime');
    if (startTime !== undefined && startTime !== started) known.sawSecondStart = true;
    must(
      'secondStartIsSeen',
      !known.sawSecondStart || hasForgotten(known) || ['Failed', 'Cancelled'].includes(phase),
      `it is ${phase}`,
    );
  }

  /** Whoever reads that nothing is held can rely on it. */
  private checkHeld({ id }: Known, { observed, required }: Request, { conditions }: Composed): void {
    const held = conditions.find(({ type }) => type === 'RightsHeld');
    if (held?.status !== 'False') return;
    const shown = [...observed.values(), ...[...required.values()].flat()];
    const rights = shown.filter((object) => textAt(object, 'metadata', 'labels', RUN) === id && isRight(object));
    const parts = rights.map((object) => textAt(object, 'metadata', 'labels', PART)).join(', ');
    must('heldWhileObserved', rights.length === 0, `${held.reason}, and there is ${parts}`);
  }

  /** A policy that wants every run approved, and what a human wrote, are read anew from what the request shows. */
  private checkApproval({ observed, required }: Request, { resources, status }: Composed): void {
    const [policy] = required.get('policy/default') ?? [];
    if (valueAt(policy, 'spec', 'approval', 'mode') !== 'Always') return;
    const isNew = (key: string, carried: JsonObject): boolean =>
      PARTS.some((part) => part.key === key) && !observed.has(key) && !(carried['kind'] === 'Object' && isWithheld(carried));
    const made = [...resources].filter(([key, { resource }]) => isNew(key, resource)).map(([key]) => key);
    if (made.length === 0) return;
    const [approval] = required.get('approval') ?? [];
    const told = objectAt(status as JsonObject, 'approval');
    const isMeant = ['runId', 'digest'].every(
      (field) => textAt(approval, 'spec', field) === textAt({ ...told, runId: (status as JsonObject)['runId'] ?? '' }, field),
    );
    const isApproved = isMeant && textAt(approval, 'spec', 'decision') === 'Approved' && told['state'] === 'Approved';
    must('approvedFirst', isApproved, `made: ${made.join(', ')}`);
  }

  /** A list of Pods may stall the composite for minutes, and with it what removes its rights. */
  private checkLook({ id }: Known, { composite, observed }: Request, { requirements }: Composed): void {
    if (!Object.values(requirements).some(({ kind }) => kind === 'Pod')) return;
    const told = readCondition(composite, 'RightsHeld')?.status;
    const held = [...observed].filter(([, object]) => isRight(object)).map(([key]) => key);
    const bound = listBoundRules(this.world.api).filter(({ serviceAccount }) => serviceAccount.includes(id));
    must(
      'noPodWhileHeld',
      told === 'False' && held.length === 0 && bound.length === 0,
      `RightsHeld is ${told}; ${held.join(', ')}`,
    );
  }
}

const BINDINGS = ['agentrun-rolebinding', 'agentrun-clusterrolebinding'];

const isLetGo = (object: JsonObject): boolean => valueAt(desiredOf(object), 'spec', 'suspend') === false;
const isStopped = (object: JsonObject): boolean => valueAt(desiredOf(object), 'spec', 'suspend') === true;

/** What is observed, and where the composite refers to nothing what is listed by its label. */
function objectsShown({ observed, required }: Request): ReadonlyMap<string, JsonObject> {
  if (observed.size > 0) return observed;
  return new Map(listed(required).map((object) => [partLabelOf(object) ?? '', object]));
}

const listed = (required: Request['required']): JsonObject[] =>
  [...required].flatMap(([key, found]) => (key.startsWith('held') ? found : []));

const isRight = (object: JsonObject): boolean => RBAC_KINDS.includes(textAt(desiredOf(object), 'kind') ?? '');

/** A manifest but for what changes at the release: whether its Job is suspended, and what ties it to this one Job. */
function frozenOf(object: JsonObject): JsonObject {
  const manifest = desiredOf(object);
  const { spec, metadata } = manifest;
  if (!isObject(spec) || manifest['kind'] !== 'Job') return manifest;
  const { uid: _, ...others } = objectAt({ metadata: metadata ?? {} }, 'metadata');
  const template = objectAt(spec, 'template');
  const { [CONTROLLER_UID]: __, ...labels } = objectAt(template, 'metadata', 'labels');
  const unlocked = { ...template, metadata: { ...objectAt(template, 'metadata'), labels } };
  return { ...manifest, metadata: others, spec: { ...spec, suspend: true, template: unlocked } };
}

/** What has to hold of what stands in the API server, at every change of it. */

import { PART, RUN } from '../../src/api/labels.ts';
import { runObjectName } from '../../src/api/names.ts';
import { readCondition } from '../../src/kube/conditions.ts';
import { type JsonObject, objectAt, textAt } from '../../src/kube/json.ts';
import { type Change, uidOf } from '../../src/simulation/apiserver.ts';
import { RBAC_KINDS } from '../../src/simulation/rights.ts';
import type { World } from '../../src/simulation/world.ts';
import { isEnd } from './answers.ts';
import { partLabelOf } from './carried.ts';
import { must } from './invariants.ts';
import { hasForgotten, type Known } from './known.ts';

/** How long RightsHeld may stand at False while rights are held: caches that are behind, and a write that is tried again. */
const UNSAID_MS = 15_000;

/** How long after an end everything has had to work until nothing may be granted any more. */
const CALM_MS = 120_000;

/** By how much the end of a run that did not end by itself may move when it is written again. */
const SAME_END_MS = 5_000;

/** What of a status says that a run has started, or may have. */
const PROOFS = ['workloadName', 'startTime', 'frozenDigest'];

const BY_ITSELF = ['Completed', 'DeadlineExceeded', 'AgentFailed'];

export interface Circumstances {
  /** What is known of a composite by its uid, and of a run by its id. */
  byUid: (uid: string, composite: JsonObject) => Known;
  byId: (id: string) => Known | undefined;
  /** Whether somebody edits a status at this moment. */
  isByHand: () => boolean;
  /** Since when Crossplane and function have been working, and everything; undefined while not. */
  upSince: () => number | undefined;
  /** Whether the function ever had another time than the cluster. */
  wasClockWrong: () => boolean;
  calmSince: () => number | undefined;
}

export class Persisted {
  /** Ends that moved by some seconds. */
  movedEnds = 0;
  private readonly world: World;
  private readonly given: Circumstances;

  constructor(world: World, given: Circumstances) {
    this.world = world;
    this.given = given;
    world.api.watch((change) => this.see(change, change.after ?? change.before ?? {}));
  }

  private see(change: Change, resource: JsonObject): void {
    const kind = String(resource['kind']);
    if (kind === 'Pod') this.seePod(change, resource);
    else if (RBAC_KINDS.includes(kind)) this.seeRights(change, resource);
    else if (partLabelOf(resource) !== undefined) this.seeCarried(change, resource);
    else if (kind.endsWith('AgentRun')) this.seeComposite(change, resource);
  }

  private seePod({ before, after }: Change, pod: JsonObject): void {
    if (before !== undefined || after === undefined || textAt(pod, 'spec', 'restartPolicy') !== 'Never') return;
    const known = this.given.byId(textAt(pod, 'metadata', 'labels', RUN) ?? '');
    if (known === undefined) return;
    known.pods += 1;
    const isOnce = known.pods <= 1 + known.resumed || hasForgotten(known);
    must('startsOnce', isOnce, `Pod ${known.pods} of ${known.id}, ${known.resumed} resumed by a hand`);
  }

  private seeCarried({ before, after }: Change, object: JsonObject): void {
    const known = this.given.byId(textAt(object, 'metadata', 'labels', RUN) ?? '');
    const part = partLabelOf(object);
    if (known === undefined || (part !== 'agentrun-job' && part !== 'agentrun-deployment')) return;
    if (after === undefined && part === 'agentrun-job') known.lostJobObject = true;
    const isGoing = after === undefined || textAt(after, 'metadata', 'deletionTimestamp') !== undefined;
    if (isGoing && known.end === undefined) known.evidenceTaken = true;
    if (before !== undefined || after === undefined) return;
    const [mode, other] = part === 'agentrun-job' ? ['task', 'agentrun-deployment'] : ['server', 'agentrun-job'];
    const isOther = (item: JsonObject) =>
      textAt(item, 'metadata', 'labels', RUN) === known.id && textAt(item, 'metadata', 'labels', PART) === other;
    const isKept = (known.mode ?? mode) === mode && !this.world.api.all().some(isOther);
    must('staysWhatItIs', isKept, `${part} is made for a ${known.mode ?? 'run of the other kind'}`);
  }

  private seeComposite({ after }: Change, composite: JsonObject): void {
    if (after === undefined) return;
    const known = this.given.byUid(uidOf(composite), composite);
    const status = objectAt(after, 'status');
    if (this.given.isByHand()) {
      known.isEdited = true;
      known.isWiped ||= !PROOFS.some((field) => status[field] !== undefined);
      known.end = undefined;
    }
    known.mode = textAt(status, 'mode') ?? (known.isEdited ? undefined : known.mode);
    this.seeEnd(known, status);
    this.watchHeld(known);
  }

  private seeEnd(known: Known, status: JsonObject): void {
    const { phase = '', reason = '', completionTime = '' } = status as Record<string, string>;
    const { end } = known;
    if (end !== undefined) {
      // One that is cancelled at the moment it is lost may be told as both.
      const isBoth = [reason, end.reason].every((told) => ['Cancelled', 'WorkloadLost'].includes(told));
      // Whose status was wiped is a server that never served, until the one it had is read no more.
      // A server that is denied something as it begins to serve may be told as ended first: README, Limits.
      // By a wrong clock nobody reported the start for 20 minutes; a call that read the status before that end may have the report: docs/limits.md.
      const isOfWrongClock = end.reason === 'PrerequisiteFailed' && phase === 'Running' && this.given.wasClockWrong();
      const isUnclear = isOfWrongClock || (end.reason === 'PolicyDenied' && (known.isEdited || phase === 'Serving'));
      must(
        'endIsFinal',
        phase === end.phase || known.evidenceTaken || isBoth || isUnclear,
        `${end.phase}/${end.reason} becomes ${phase}/${reason}`,
      );
      const moved = Math.abs(Date.parse(completionTime) - Date.parse(end.completionTime));
      // A hand that takes the time away is no move of it.
      const isLost = end.completionTime === '' && known.isEdited;
      const isSame = isLost || known.evidenceTaken || (BY_ITSELF.includes(end.reason) ? moved === 0 : moved <= SAME_END_MS);
      const times = `${end.phase}/${end.reason}: ${end.completionTime} becomes ${completionTime}`;
      must('endTimeIsFinal', isSame || phase !== end.phase, times);
      if (moved > 0) this.movedEnds += 1;
      if (isUnclear && !isEnd(phase)) known.end = undefined;
    }
    if (isEnd(phase)) known.end = { phase, reason, completionTime, at: end?.at ?? this.world.clock.now };
    const isOwned = hasForgotten(known) || !(known.sawSecondStart && phase === 'Succeeded');
    must('secondStartIsSeen', isOwned, 'it has succeeded');
  }

  private seeRights({ before, after }: Change, real: JsonObject): void {
    const known = this.given.byId(textAt(real, 'metadata', 'labels', RUN) ?? runOf(real));
    if (known === undefined) return;
    const calm = this.given.calmSince();
    if (before === undefined && after !== undefined && known.end !== undefined && calm !== undefined) {
      const seconds = Math.round((this.world.clock.now - Math.max(known.end.at, calm)) / 1000);
      const details = `${real['kind']} made ${seconds} s after the end`;
      must('nothingGranted', seconds * 1000 < CALM_MS, details);
    }
    this.watchHeld(known);
  }

  private watchHeld(known: Known): void {
    const isUnsaid = this.isUnsaid(known);
    if (!isUnsaid) known.unsaidSince = undefined;
    else if (known.unsaidSince === undefined) {
      const since = this.world.clock.now;
      known.unsaidSince = since;
      this.world.clock.after(UNSAID_MS, () => this.checkUnsaid(known, since));
    }
  }

  /** Only the time counts in which Crossplane and the function could have corrected it. */
  private checkUnsaid(known: Known, since: number): void {
    if (known.unsaidSince !== since || !this.isUnsaid(known)) return;
    const up = this.given.upSince();
    const seconds = up === undefined ? 0 : (this.world.clock.now - Math.max(up, since)) / 1000;
    const isSoon = seconds * 1000 < UNSAID_MS;
    must('heldWhileReal', isSoon, `RightsHeld of ${known.id} has stood at False for ${seconds} s`);
    if (isSoon) this.world.clock.after(UNSAID_MS - seconds * 1000, () => this.checkUnsaid(known, since));
  }

  private isUnsaid({ id, composite }: Known): boolean {
    if (readCondition(this.world.api.get(composite) ?? {}, 'RightsHeld')?.status !== 'False') return false;
    const bindings = [...this.world.api.list('RoleBinding'), ...this.world.api.list('ClusterRoleBinding')];
    return bindings.some((binding) => runOf(binding) === id);
  }
}

/** The id of the run whose role or binding it is, from its name. */
function runOf(real: JsonObject): string {
  const name = textAt(real, 'metadata', 'name') ?? '';
  const prefix = runObjectName('');
  return name.startsWith(prefix) ? name.slice(prefix.length) : (name.split(':').at(-1) ?? '');
}

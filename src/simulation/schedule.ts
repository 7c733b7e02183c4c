/**
 * An AgentSchedule under a clock of its own, with Crossplane, the garbage collector and AgentRuns of which each only says of itself what it
 * would: it starts, ends, is cancelled, and takes a while to go. What a run is made of stands in world.ts.
 */
import { nameOf } from '../api/composite.ts';
import { NAMESPACED } from '../api/kinds.ts';
import { MADE_AS, SCHEDULED_AT } from '../api/labels.ts';
import { type JsonObject, objectAt, textAt, valueAt } from '../kube/json.ts';
import { ApiServer, FOREGROUND, finalizersOf, isBeingDeleted, keyOf, uidOf, withMetadata } from './apiserver.ts';
import { Clock } from './clock.ts';
import { Crossplane, type CrossplaneOptions, QUIET } from './crossplane.ts';
import { GarbageCollector } from './garbage.ts';
import { FINALIZER } from './reconciler.ts';

/** How long a run takes, in milliseconds. */
export interface RunLife {
  /** From its creation to phase Running, and to its end; infinite for what never happens. */
  startsAfter: number;
  endsAfter: number;
  /** What it says while it works; default Running. */
  works?: string;
  /** From its creation until somebody deletes it; default never. */
  deletedAfter?: number;
  /** Its last phase. */
  end: string;
  /** From a cancellation or deletion until it has ended, or is gone. */
  leavesAfter: number;
}

/** Times are milliseconds since 1970. */
export interface RunRecord {
  name: string;
  uid: string;
  /** As the run says it itself. */
  tick: string;
  createdAt: number;
  /** Whether it tells that there was one of its name: it does not begin. */
  isAgain: boolean;
  startedAt?: number;
  endedAt?: number;
  phase?: string;
  goneAt?: number;
}

export interface ScheduleOptions extends Omit<CrossplaneOptions, 'input'> {
  lifeOf: () => RunLife;
}

export class ScheduleWorld {
  readonly clock: Clock;
  readonly api: ApiServer;
  readonly crossplane: Crossplane;
  /** Every run there ever was, in the order in which they were made. */
  readonly runs: RunRecord[] = [];
  private readonly composite: JsonObject;
  private readonly options: ScheduleOptions;

  constructor(composite: JsonObject, start: Date, given: Pick<ScheduleOptions, 'lifeOf'> & Partial<ScheduleOptions>) {
    this.options = { ...QUIET, ...given };
    this.composite = withMetadata(composite, { finalizers: [FINALIZER] });
    this.clock = new Clock(start);
    this.api = new ApiServer(this.clock);
    new GarbageCollector(this.api, [this.composite]);
    this.crossplane = new Crossplane(this.clock, this.api, [this.composite], { ...this.options, input: () => undefined });
    this.api.watch(({ before, after }) => this.notice(before, after));
  }

  get current(): JsonObject | undefined {
    return this.api.get(this.composite);
  }

  get status(): JsonObject {
    return objectAt(this.current, 'status');
  }

  create(): void {
    this.api.put(this.composite);
  }

  /** Somebody edits its spec. */
  change(spec: JsonObject): void {
    const { current } = this;
    if (current !== undefined) this.api.put({ ...current, spec: { ...objectAt(current, 'spec'), ...spec } });
  }

  delete(): void {
    this.api.delete(this.composite, 'Background');
  }

  private notice(before: JsonObject | undefined, after: JsonObject | undefined): void {
    const run = after ?? before ?? {};
    if (run['kind'] !== NAMESPACED.agentRun) return;
    const record = this.runs.find(({ uid }) => uid === uidOf(run));
    if (record === undefined) this.begin(run);
    else if (after === undefined) record.goneAt = this.clock.now;
    else if (before !== undefined && isBeingDeleted(after) && !isBeingDeleted(before)) this.leave(after, record);
    else if (valueAt(after, 'spec', 'cancel') === true && valueAt(before, 'spec', 'cancel') !== true) this.cancel(record);
  }

  private begin(run: JsonObject): void {
    const record: RunRecord = {
      name: nameOf(run),
      uid: uidOf(run),
      tick: textAt(run, 'metadata', 'annotations', SCHEDULED_AT) ?? '',
      createdAt: this.clock.now,
      isAgain: textAt(run, 'metadata', 'annotations', MADE_AS) !== undefined,
    };
    this.runs.push(record);
    const { startsAfter, endsAfter, end, works = 'Running', deletedAfter = Number.POSITIVE_INFINITY } = this.options.lifeOf();
    // Crossplane marks it as its own, and names what it uses.
    this.later(record, 0, (living) => {
      const spec = { ...objectAt(living, 'spec'), crossplane: { compositionRef: { name: 'agentrun' } } };
      this.api.put(withMetadata({ ...living, spec }, { finalizers: [...finalizersOf(living), FINALIZER] }));
    });
    if (record.isAgain) {
      this.later(record, 0, () => this.end(record, 'Failed'));
      return;
    }
    this.later(record, startsAfter, (living) => {
      if (record.endedAt !== undefined) return;
      record.startedAt = this.clock.now;
      this.api.putStatus(living, { phase: works });
    });
    this.later(record, endsAfter, () => this.end(record, end));
    this.later(record, deletedAfter, (living) => this.api.delete(living, 'Background'));
  }

  private cancel(record: RunRecord): void {
    this.later(record, this.options.lifeOf().leavesAfter, () => this.end(record, 'Cancelled'));
  }

  private end(record: RunRecord, phase: string): void {
    const living = this.living(record);
    if (living === undefined || record.endedAt !== undefined) return;
    record.endedAt = this.clock.now;
    record.phase = phase;
    this.api.putStatus(living, { ...objectAt(living, 'status'), phase, completionTime: this.clock.timestamp() });
  }

  private leave(run: JsonObject, record: RunRecord): void {
    this.later(record, this.options.lifeOf().leavesAfter, () => {
      record.endedAt ??= this.clock.now;
      this.api.removeFinalizer(run, FINALIZER);
      this.api.removeFinalizer(run, FOREGROUND);
    });
  }

  private later(record: RunRecord, milliseconds: number, act: (living: JsonObject) => void): void {
    if (!Number.isFinite(milliseconds)) return;
    this.clock.after(milliseconds, () => {
      const living = this.living(record);
      if (living !== undefined) act(living);
    });
  }

  /** One of its name that was made later is another. */
  private living({ name, uid }: RunRecord): JsonObject | undefined {
    const namespace = textAt(this.composite, 'metadata', 'namespace') ?? '';
    const found = this.api.get({ kind: NAMESPACED.agentRun, metadata: { name, namespace } });
    return uidOf(found) === uid ? found : undefined;
  }

  /** What is left when it is deleted, by kind and name. */
  left(): string[] {
    return this.api.all().map(keyOf);
  }
}

/** One AgentRun in a world, and hands to act on it. */
import { nameOf } from '../api/composite.ts';
import type { AgentRunStatus } from '../api/generated/types.ts';
import { AGENT_RUN_APPROVAL, API_VERSION, identityOf } from '../api/kinds.ts';
import { PART, RUN } from '../api/labels.ts';
import { runId, runObjectName } from '../api/names.ts';
import { readCondition } from '../kube/conditions.ts';
import { type JsonObject, objectAt, textAt, valueAt } from '../kube/json.ts';
import type { PartKey } from '../run/parts.ts';
import { isBeingDeleted, keyOf, uidOf, withMetadata } from './apiserver.ts';
import { finalizersOfComposite } from './crossplane.ts';
import { isAlive } from './job.ts';
import type { World } from './world.ts';

export class Simulation {
  readonly world: World;
  private readonly composite: JsonObject;
  private creations = 0;
  /** Seconds from the beginning to its deletion. */
  deletedAfter = Number.POSITIVE_INFINITY;
  /** Of the composite that was created last. */
  private uid: string;

  constructor(world: World, composite: JsonObject) {
    this.world = world;
    this.composite = composite;
    this.uid = uidOf(composite);
  }

  get status(): AgentRunStatus {
    return objectAt(this.world.api.get(this.composite), 'status') as AgentRunStatus;
  }

  /** Applies the AgentRun; once more changes nothing but what somebody changed in its spec. */
  apply(): void {
    const current = this.world.api.get(this.composite);
    if (current === undefined) this.create();
    else this.change(objectAt(this.composite, 'spec'));
  }

  /** One that is made again has another uid. */
  private create(): void {
    this.creations += 1;
    if (this.creations > 1) this.uid = `${uidOf(this.composite)}-${this.creations}`;
    this.world.api.put(withMetadata(this.composite, { uid: this.uid, finalizers: finalizersOfComposite(this.composite) }));
  }

  /** Changes fields of its spec. */
  change(spec: JsonObject): void {
    const current = this.world.api.get(this.composite);
    if (current !== undefined) this.world.api.put({ ...current, spec: { ...objectAt(current, 'spec'), ...spec } });
  }

  delete(): void {
    this.deletedAfter = this.world.timeline.seconds();
    this.world.api.delete(this.composite);
  }

  /** The agent ends by itself; a server has none. */
  endAgent(exitCode: number, more: { reason?: string; message?: string } = {}): void {
    for (const pod of this.livePods().filter((live) => valueAt(live, 'spec', 'restartPolicy') === 'Never')) {
      this.world.timeline.tell(`the agent ends with exit code ${exitCode}`);
      this.world.cluster.endPod(pod, { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', ...more });
    }
  }

  /** As kubectl does it: the Job is gone at once, and the garbage collector takes its Pods. */
  deleteJob(): void {
    const job = this.job();
    if (job === undefined) return;
    this.world.timeline.tell('somebody deletes the Job');
    this.world.api.delete(job, 'Background');
  }

  /** Suspends the Job, which ends its Pod, or resumes it, which starts another one. */
  suspendJob(suspend: boolean): void {
    const job = this.job();
    if (job === undefined || valueAt(job, 'spec', 'suspend') === suspend) return;
    this.world.timeline.tell(`somebody ${suspend ? 'suspends' : 'resumes'} the Job`);
    this.world.api.put({ ...job, spec: { ...objectAt(job, 'spec'), suspend } });
  }

  /** Whether a human is asked to approve the run. */
  get isAsking(): boolean {
    return this.status.approval?.state === 'Required';
  }

  /** A human decides what is asked, for what the status says. */
  decide(decision: 'Approved' | 'Denied'): void {
    const { runId = '', approval } = this.status;
    if (approval?.digest === undefined) return;
    this.world.timeline.tell(`a human ${decision === 'Approved' ? 'approves' : 'denies'} the run`);
    const spec = { runId, digest: approval.digest, decision, approver: 'approver' };
    this.removeApproval();
    this.world.api.put({ ...this.approval, spec });
  }

  /** Its approval, if there is one, is deleted. */
  removeApproval(): void {
    if (this.world.api.get(this.approval) !== undefined) this.world.api.delete(this.approval);
  }

  private get approval(): JsonObject {
    return { apiVersion: API_VERSION, kind: AGENT_RUN_APPROVAL, metadata: { ...identityOf(this.composite) } };
  }

  /** Whether Pods start. */
  setStarting(isStarting: boolean): void {
    this.world.timeline.tell(isStarting ? 'Pods start again' : 'no Pod starts from now on');
    this.world.cluster.setStarting(isStarting);
  }

  /** Its Pods are evicted. */
  evict(): void {
    for (const pod of this.livePods()) {
      this.world.timeline.tell(`Pod ${textAt(pod, 'metadata', 'name')} is evicted`);
      this.world.cluster.evictPod(pod);
    }
  }

  /** The nodes of its Pods are lost. */
  loseNode(): void {
    for (const pod of this.livePods()) {
      this.world.timeline.tell(`the node of Pod ${textAt(pod, 'metadata', 'name')} is lost`);
      this.world.cluster.loseNode(pod);
    }
  }

  /** Somebody edits what the composite says of itself. */
  editStatus(edit: (status: JsonObject) => JsonObject): void {
    const current = this.current();
    if (current === undefined) return;
    this.world.timeline.tell('somebody edits the status of the AgentRun');
    this.world.api.putStatus(current, edit(objectAt(current, 'status')));
  }

  /** What carries a part is deleted, as kubectl does it. */
  deleteCarried(part: PartKey): void {
    const carried = this.carriedOf(part);
    if (carried === undefined) return;
    const isObject = carried['kind'] === 'Object';
    this.world.timeline.tell(`somebody deletes the ${isObject ? `Object ${part}` : carried['kind']}`);
    this.world.api.delete(carried, isObject ? undefined : 'Background');
  }

  /** The composite as it is in the API server. */
  current(): JsonObject | undefined {
    return this.world.api.get(this.composite);
  }

  /** What every object of the run is named after; it changes when the run is made again. */
  get id(): string {
    const { namespace = '' } = identityOf(this.composite) ?? {};
    return runId({ name: nameOf(this.composite), namespace, uid: this.uid });
  }

  /** The real Job. */
  job(): JsonObject | undefined {
    const { namespace = '' } = identityOf(this.composite) ?? {};
    return this.world.api.get({ kind: 'Job', metadata: { namespace, name: runObjectName(this.id) } });
  }

  livePods(): JsonObject[] {
    return this.world.api.list('Pod').filter((pod) => isAlive(pod) && textAt(pod, 'metadata', 'labels', RUN) === this.id);
  }

  /** What carries a part, unless it is being deleted: its Object, or the real object where that is composed directly. */
  carriedOf(part: PartKey): JsonObject | undefined {
    return this.world.api
      .all()
      .find(
        (object) =>
          valueAt(object, 'metadata', 'labels', PART) === part &&
          textAt(object, 'metadata', 'labels', RUN) === this.id &&
          !isBeingDeleted(object),
      );
  }

  /** Status and reason of a condition of the run. */
  condition(type: string): string | undefined {
    const found = readCondition(this.world.api.get(this.composite) ?? {}, type);
    return found && `${found.status}/${found.reason}`;
  }

  wait(seconds: number): void {
    this.world.clock.advance(seconds * 1000);
  }

  /** Waits until something is so, at most so long. */
  until(isSo: () => boolean, seconds: number): boolean {
    return this.world.clock.advanceUntil(isSo, seconds * 1000);
  }

  /** `namespace/name` as its user knows it, or the name of a composite that does not tell. */
  get name(): string {
    const identity = identityOf(this.composite);
    return identity === undefined ? nameOf(this.composite) : `${identity.namespace}/${identity.name}`;
  }

  /** Everything there is besides what people wrote and Pods that have ended, of all runs. */
  left(): string[] {
    return this.world.api
      .all()
      .filter((resource) => resource['apiVersion'] !== API_VERSION && (resource['kind'] !== 'Pod' || isAlive(resource)))
      .map(keyOf);
  }

  /** Whether the AgentRun is gone, and with it everything it was given. */
  isOver(): boolean {
    return this.current() === undefined && this.left().length === 0;
  }
}

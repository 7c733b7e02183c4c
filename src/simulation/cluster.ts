/**
 * What the model needs of a cluster: the Job and Deployment controllers, the kubelet, the garbage collector.
 *
 * Honest where it matters to a run: a Job that is resumed makes its Pod again; a Job that is deleted takes its Pod along,
 * before it or after it, or leaves it running, as its finalizers and the propagation policy say; a Pod ends only after its
 * grace, and never where its node is lost: it stays, is being deleted after some minutes, and its Job does not end.
 *
 * Not modelled: probes but that which ends an agent, scheduling, quotas, ReplicaSets, Pods that were ready and are not any more.
 */
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';
import {
  type ApiServer,
  type Change,
  FOREGROUND,
  finalizersOf,
  isBeingDeleted,
  isOwnedBy,
  keyOf,
  ORPHAN,
  uidOf,
  withMetadata,
} from './apiserver.ts';
import type { Clock } from './clock.ts';
import { isAlive, stepJob } from './job.ts';

/** How long a controller takes to react, and a Pod to start. */
const REACTION_MS = 50;
const POD_START_MS = 1_000;

/** How long after a node was lost its Pods are deleted: the toleration that Kubernetes adds to every Pod. */
const EVICTION_MS = 300_000;

/** Stands for the graceful deletion of a Pod. */
const GRACE = 'kubelet';

/** How a container ended, as its Pod tells it. */
export interface Terminated {
  exitCode: number;
  reason: string;
  message?: string;
}

/** Of a Pod that does not start. */
const NOT_PULLED = {
  name: 'agent',
  state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling the image of the agent' } },
};

export class Cluster {
  private readonly clock: Clock;
  private readonly api: ApiServer;
  private pods = 0;
  /** Pods whose kubelet does not answer, by key. */
  private readonly lost = new Set<string>();
  private isStarting = true;

  constructor(clock: Clock, api: ApiServer) {
    this.clock = clock;
    this.api = api;
    api.watch((change) => this.react(change));
  }

  /** The agent ends by itself; the sidecars then get their grace. */
  endPod(pod: JsonObject, terminated: Terminated): void {
    const phase = terminated.exitCode === 0 ? 'Succeeded' : 'Failed';
    const containerStatuses = [{ name: 'agent', state: { terminated: { ...terminated } } }];
    this.later(pod, graceOf(pod), (current) => this.endNow(current, { phase, containerStatuses }));
  }

  /** It is evicted from its node. */
  evictPod(pod: JsonObject): void {
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }];
    this.endNow(pod, { phase: 'Failed', reason: 'Evicted', conditions });
  }

  /** Whether Pods start: they do not where an image is missing, and all of them do once it is there. */
  setStarting(isStarting: boolean): void {
    this.isStarting = isStarting;
    if (isStarting) for (const pod of this.api.list('Pod')) this.start(pod);
  }

  /** Nothing happens to the Pod any more; Kubernetes deletes it after a while, and it stays. */
  loseNode(pod: JsonObject): void {
    this.lost.add(keyOf(pod));
    this.later(pod, EVICTION_MS, (current) => {
      if (this.lost.has(keyOf(current))) this.api.delete(current);
    });
  }

  /** The nodes are taken out of the cluster, and with them the Pods that are being deleted; others go on. */
  recoverNodes(): void {
    this.lost.clear();
    for (const pod of this.api.list('Pod').filter(isBeingDeleted)) this.api.removeFinalizer(pod, GRACE);
  }

  private react({ before, after }: Change): void {
    const resource = after ?? before;
    if (resource?.['kind'] === 'Pod') this.reactToPod(resource, { before, after });
    if (resource?.['kind'] !== 'Job' && resource?.['kind'] !== 'Deployment') return;
    if (after !== undefined) this.later(after, REACTION_MS, (owner) => this.sync(owner));
    else for (const pod of this.podsOf(uidOf(resource))) this.api.delete(pod);
  }

  private reactToPod(
    pod: JsonObject,
    { before, after }: { before: JsonObject | undefined; after: JsonObject | undefined },
  ): void {
    if (before === undefined) {
      this.later(pod, POD_START_MS, (current) => {
        if (this.isStarting) this.start(current);
        else this.api.putStatus(current, { phase: 'Pending', containerStatuses: [NOT_PULLED] });
      });
      const deadline = Number(valueAt(pod, 'spec', 'activeDeadlineSeconds') ?? 0) * 1000;
      if (deadline > 0) this.later(pod, deadline, (current) => this.endNow(current, { phase: 'Failed' }));
    }
    if (isBeingDeleted(after) && !isBeingDeleted(before)) {
      this.later(pod, graceOf(pod), (current) => this.endGrace(current));
    }
    const owners = [...this.api.list('Job'), ...this.api.list('Deployment')].filter((owner) => isOwnedBy(pod, uidOf(owner)));
    for (const owner of owners) this.later(owner, REACTION_MS, (current) => this.sync(current));
  }

  /** Does something later to a resource, as it is then, unless it is gone. */
  private later(resource: JsonObject, delay: number, act: (current: JsonObject) => void): void {
    this.clock.after(delay, () => {
      const current = this.api.get(resource);
      if (current !== undefined && uidOf(current) === uidOf(resource)) act(current);
    });
  }

  private start(pod: JsonObject): void {
    if (textAt(pod, 'status', 'phase') !== 'Pending' || isBeingDeleted(pod)) return;
    this.api.putStatus(pod, { phase: 'Running' });
    const probed = listAt(pod, 'spec', 'containers').find((container) => textAt(container, 'name') === 'agent');
    const seconds = Number(valueAt(probed, 'livenessProbe', 'initialDelaySeconds') ?? 0);
    // Nobody listens where it asks: the first time is the last one. It is ended and, as it does not hear that, killed.
    if (seconds > 0) this.later(pod, seconds * 1000 + graceOf(pod), (current) => this.killAgent(current));
  }

  private killAgent(pod: JsonObject): void {
    if (isAlive(pod)) this.endPod(pod, { exitCode: 137, reason: 'Error' });
  }

  private endNow(pod: JsonObject, status: JsonObject): void {
    if (isAlive(pod) && !this.lost.has(keyOf(pod))) this.api.putStatus(pod, status);
  }

  private endGrace(pod: JsonObject): void {
    if (!this.lost.has(keyOf(pod))) this.api.removeFinalizer(pod, GRACE);
  }

  private sync(owner: JsonObject): void {
    if (isBeingDeleted(owner)) this.deleteWithPods(owner);
    else if (owner['kind'] === 'Deployment') this.syncDeployment(owner);
    else this.syncJob(owner);
  }

  private syncJob(job: JsonObject): void {
    const [pod] = this.podsOf(uidOf(job));
    const step = stepJob(job, pod, this.clock.timestamp());
    this.api.putStatus(job, step.status);
    if (step.pod === 'delete' && pod !== undefined) this.api.delete(pod);
    if (step.pod === 'create') {
      this.createPod(job);
      const deadline = Number(valueAt(job, 'spec', 'activeDeadlineSeconds') ?? 0) * 1000;
      if (deadline > 0) this.later(job, deadline, (current) => this.sync(current));
    }
  }

  private deleteWithPods(owner: JsonObject): void {
    const finalizers = finalizersOf(owner);
    const pods = this.podsOf(uidOf(owner));
    if (finalizers.includes(ORPHAN)) {
      for (const pod of pods) this.api.put(withMetadata(pod, { ownerReferences: [] }));
      this.api.removeFinalizer(owner, ORPHAN);
    } else if (finalizers.includes(FOREGROUND)) {
      for (const pod of pods) this.api.delete(pod);
      if (pods.length === 0) this.api.removeFinalizer(owner, FOREGROUND);
    }
  }

  private syncDeployment(deployment: JsonObject): void {
    const wanted = Number(valueAt(deployment, 'spec', 'replicas') ?? 1);
    const template = JSON.stringify(valueAt(deployment, 'spec', 'template', 'spec'));
    const pods = this.podsOf(uidOf(deployment)).filter((pod) => !isBeingDeleted(pod));
    const current = pods.filter((pod) => JSON.stringify(pod['spec']) === template);
    for (const pod of wanted === 0 ? pods : pods.filter((other) => !current.includes(other))) this.api.delete(pod);
    if (wanted > 0 && current.length === 0) this.createPod(deployment);
    const running = current.filter((pod) => textAt(pod, 'status', 'phase') === 'Running').length;
    const available = wanted === 0 ? 0 : running;
    const condition = { type: 'Available', status: available >= wanted ? 'True' : 'False' };
    this.api.putStatus(deployment, { availableReplicas: available, conditions: [condition] });
  }

  private createPod(owner: JsonObject): void {
    this.pods += 1;
    const name = textAt(owner, 'metadata', 'name') ?? '';
    const template = objectAt(owner, 'spec', 'template');
    this.api.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...objectAt(template, 'metadata'),
        name: `${name}-${this.pods}`,
        namespace: textAt(owner, 'metadata', 'namespace') ?? '',
        ownerReferences: [{ kind: String(owner['kind']), name, uid: uidOf(owner), controller: true }],
        finalizers: [GRACE],
      },
      spec: objectAt(template, 'spec'),
      status: { phase: 'Pending' },
    });
  }

  private podsOf(uid: string): JsonObject[] {
    return this.api.list('Pod').filter((pod) => isOwnedBy(pod, uid));
  }
}

const graceOf = (pod: JsonObject): number => Number(valueAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30) * 1000;

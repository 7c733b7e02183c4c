/**
 * What happened in a simulation, seen from outside: a line for each change, the life of each Pod, of each right. Where
 * several runs live each line says whose it is; phases, end and rights asked for are those of the first run.
 */
import { RIGHTS_HELD } from '../api/conditions.ts';
import type { Right, Rule } from '../api/generated/types.ts';
import { ANNOTATIONS, PART, POD_OF, RUN } from '../api/labels.ts';
import { readCondition } from '../kube/conditions.ts';
import { equal, type JsonObject, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';
import { PARTS } from '../run/parts.ts';
import { type ApiServer, type Change, isBeingDeleted, keyOf } from './apiserver.ts';
import type { Clock } from './clock.ts';
import { listReached, type Reached } from './reach.ts';
import { type BoundRule, listBoundRules, RBAC_KINDS } from './rights.ts';

/** Seconds since the beginning; `until` is absent for what lasts to the end of the simulation. */
interface Span {
  since: number;
  until?: number;
}

export interface Entry {
  seconds: number;
  /** The phase of the run after it. */
  phase: string;
  what: string;
}

export interface PodLife extends Span {
  name: string;
  /** Containers that can use the API server, by name. */
  containersWithToken: string[];
}

export interface RunEnd {
  phase: string;
  reason: string;
  message: string;
}

/** A right somebody held, and the packs that asked for it. */
export interface HeldRight extends BoundRule, Span {
  packs: string[];
}

/** What the Pods of a run could reach, as long as something bounded it. */
export interface Reach extends Reached, Span {}

/** As whom the sidecars of a run, or its agent too, could act in a cloud: what its webhook reads of the ServiceAccount. */
export interface CloudIdentity extends Span {
  serviceAccount: string;
  annotation: string;
  value: string;
}

export class Timeline {
  readonly entries: Entry[] = [];
  readonly pods: PodLife[] = [];
  readonly reach: Reach[] = [];
  readonly clouds: CloudIdentity[] = [];
  /** What the run last said of itself. */
  end: RunEnd = { phase: '', reason: '', message: '' };
  private readonly held: (BoundRule & Span)[] = [];
  private asked: Right[] = [];
  /** What is said in one line when it happens at one moment. */
  private group = '';
  private readonly clock: Clock;
  private readonly api: ApiServer;
  private readonly start: number;

  private readonly first: string;
  /** Whether several runs live here. */
  private readonly isShared: boolean;

  constructor(clock: Clock, api: ApiServer, composites: JsonObject[]) {
    this.clock = clock;
    this.api = api;
    this.start = clock.now;
    this.first = keyOf(composites[0]);
    this.isShared = composites.length > 1;
    const keys = new Set(composites.map(keyOf));
    api.watch((change) => {
      const resource = change.after ?? change.before ?? {};
      if (keys.has(keyOf(resource))) this.seeComposite(change, resource);
      else if (resource['kind'] === 'Object') this.seeObject(change, resource);
      else if (resource['kind'] === 'Pod') this.seePod(change, resource);
      else this.seeReal(change, resource);
    });
  }

  get rights(): HeldRight[] {
    const askedBy = ({ namespace, rule }: BoundRule): string[] =>
      this.asked
        .filter((right) => right.scope === (namespace === undefined ? 'Cluster' : 'Namespace') && isSameRule(right, rule))
        .flatMap(({ pack }) => pack ?? []);
    return this.held.map((right) => ({ ...right, packs: [...new Set(askedBy(right))] }));
  }

  /** Writes a line; items of one group at one moment share it. */
  tell(what: string, item = ''): void {
    const seconds = this.seconds();
    const last = this.entries.at(-1);
    if (item !== '' && last !== undefined && last.seconds === seconds && this.group === what) last.what += `, ${item}`;
    else this.entries.push({ seconds, phase: this.end.phase, what: item === '' ? what : `${what} ${item}` });
    this.group = item === '' ? '' : what;
  }

  /** Since the beginning. */
  seconds(): number {
    return Math.round((this.clock.now - this.start) / 100) / 10;
  }

  /** Says whose line it is. */
  private of(resource: JsonObject): string {
    return this.isShared ? ` (${textAt(resource, 'metadata', 'labels', RUN) ?? textAt(resource, 'metadata', 'name')})` : '';
  }

  private seeComposite({ before, after }: Change, composite: JsonObject): void {
    const whose = this.of(composite);
    const isFirst = keyOf(composite) === this.first;
    const rights = listAt(after, 'status', 'rights') as JsonObject[] as unknown as Right[];
    if (isFirst && rights.length > 0) this.asked = rights;
    if (before === undefined) this.tell(`the AgentRun${whose} is applied`);
    else if (after === undefined) this.tell(`the AgentRun${whose} is gone`);
    else if (isBeingDeleted(after) && !isBeingDeleted(before)) this.tell(`the AgentRun${whose} is being deleted`);
    const { phase = '', reason = '', message = '' } = objectAt(after, 'status');
    const old = objectAt(before, 'status');
    if (after !== undefined && phase !== '' && !(equal(phase, old['phase'] ?? '') && equal(reason, old['reason'] ?? ''))) {
      if (isFirst) this.end = { phase: String(phase), reason: String(reason), message: String(message) };
      this.tell(`${isFirst ? '' : `${phase} `}${reason}: ${message}${whose}`);
    }
    if (objectAt(after, 'status')['podObservedTime'] !== undefined && old['podObservedTime'] === undefined)
      this.tell(`the Pod was looked at${whose}: ${describeLook(objectAt(after, 'status'))}`);
    const held = readCondition(after ?? {}, RIGHTS_HELD);
    const was = readCondition(before ?? {}, RIGHTS_HELD);
    if (held !== undefined && was !== undefined && held.reason !== was.reason) {
      this.tell(`RightsHeld is ${held.status}, ${held.reason}: ${held.message}${whose}`);
    }
  }

  private seeObject({ before, after }: Change, object: JsonObject): void {
    const isOfPod = textAt(object, 'metadata', 'labels', POD_OF) !== undefined;
    const part = `${textAt(object, 'metadata', 'labels', PART) ?? (isOfPod ? 'of the Pod' : '')}${this.of(object)}`;
    if (before === undefined) this.tell('Objects are made:', part);
    else if (after === undefined) this.tell('Objects are gone:', part);
    else if (isBeingDeleted(after) && !isBeingDeleted(before)) this.tell('Objects are being deleted:', part);
    else if (!equal(policiesOf(after), policiesOf(before))) {
      const policies = policiesOf(after);
      if (policies.includes('*')) this.tell('its turn has come:', part);
      else this.tell(`the provider may only ${policies.join(' and ').toLowerCase()} what ${part} stands for`);
    }
  }

  private seePod({ before, after }: Change, pod: JsonObject): void {
    const name = textAt(pod, 'metadata', 'name') ?? '';
    const phase = textAt(after, 'status', 'phase') ?? '';
    if (before === undefined) {
      this.pods.push({ name, since: this.seconds(), containersWithToken: containersWithToken(pod) });
      this.tell(`Pod ${name} is created`);
    } else if (phase !== textAt(before, 'status', 'phase') && after !== undefined) this.tell(`Pod ${name} is ${phase}`);
    else if (isBeingDeleted(after) && !isBeingDeleted(before)) this.tell(`Pod ${name} is being deleted`);
    else if (after === undefined) this.tell(`Pod ${name} is gone`);
    if (after !== undefined && ['Pending', 'Running'].includes(phase)) return;
    const life = this.pods.find((other) => other.name === name && other.until === undefined);
    if (life !== undefined) life.until = this.seconds();
  }

  private seeReal({ before, after }: Change, real: JsonObject): void {
    const kind = String(real['kind']);
    const item = `${kind}${this.of(real)}`;
    if (before === undefined) this.tell('made:', item);
    else if (after === undefined) this.tell('gone:', item);
    else if (grants(before) && !grants(after)) this.tell('grants nothing any more:', item);
    else if (valueAt(before, 'spec', 'suspend') === true && valueAt(after, 'spec', 'suspend') === false) {
      this.tell(`the ${item} is released`);
    }
    if (RBAC_KINDS.includes(kind)) this.updateRights();
    if (NETWORK_KINDS.includes(kind)) this.updateReach(after);
    if (kind === 'ServiceAccount') this.updateClouds(real, { isNew: before === undefined, isGone: after === undefined });
  }

  private updateReach(policy: JsonObject | undefined): void {
    const now = policy === undefined ? [] : listReached(policy);
    const isSame = (a: Reached, b: Reached): boolean => a.to === b.to && a.ports === b.ports;
    const before = this.reach.filter(({ until }) => until === undefined);
    for (const one of before) if (!now.some((other) => isSame(one, other))) one.until = this.seconds();
    const news = now.filter((one) => !before.some((other) => isSame(one, other)));
    this.reach.push(...news.map((one) => ({ ...one, since: this.seconds() })));
  }

  private updateClouds(account: JsonObject, { isNew, isGone }: { isNew: boolean; isGone: boolean }): void {
    const serviceAccount = `${textAt(account, 'metadata', 'namespace')}/${textAt(account, 'metadata', 'name')}`;
    const annotations = objectAt(account, 'metadata', 'annotations');
    const ofPolicy = textAt(annotations, ANNOTATIONS)?.split(',') ?? [];
    const since = this.seconds();
    if (isNew)
      this.clouds.push(...ofPolicy.map((key) => ({ serviceAccount, annotation: key, value: String(annotations[key]), since })));
    if (!isGone) return;
    for (const cloud of this.clouds) if (cloud.serviceAccount === serviceAccount) cloud.until ??= since;
  }

  private updateRights(): void {
    const now = listBoundRules(this.api);
    const isSame = (a: BoundRule, b: BoundRule): boolean => equal(plain(a), plain(b));
    for (const right of this.held) {
      if (right.until === undefined && !now.some((grant) => isSame(grant, right))) right.until = this.seconds();
    }
    for (const grant of now) {
      if (!this.held.some((right) => right.until === undefined && isSame(grant, right))) {
        this.held.push({ ...grant, since: this.seconds() });
      }
    }
  }
}

const NETWORK_KINDS: readonly string[] = PARTS.filter(({ dialect }) => dialect !== undefined).map(({ kind }) => kind);

function describeLook(status: JsonObject): string {
  const result = textAt(status, 'result');
  const tokens = valueAt(status, 'usage', 'totalTokens');
  const words = result === undefined ? [] : [`its result is told, ${result.length} characters`];
  const numbers = tokens === undefined ? [] : [`it used ${tokens} tokens`];
  return [...words, ...numbers].join(', ') || 'no result is told';
}

/** Whether a role has rules, or a binding subjects. */
const grants = (real: unknown): boolean => ['rules', 'subjects'].some((field) => listAt(real, field).length > 0);

const plain = ({ serviceAccount, namespace = '', rule }: BoundRule): JsonObject => ({
  serviceAccount,
  namespace,
  rule: rule as unknown as JsonObject,
});

const policiesOf = (object: unknown): string[] => listAt(object, 'spec', 'managementPolicies') as string[];

const isSameRule = (a: Right, b: Rule): boolean =>
  (['apiGroups', 'resources', 'verbs', 'resourceNames'] as const).every((field) => equal(a[field] ?? [], b[field] ?? []));

/** The containers that mount a projected token. */
function containersWithToken(pod: JsonObject): string[] {
  const withToken = listAt(pod, 'spec', 'volumes')
    .filter((volume) => listAt(volume, 'projected', 'sources').some((source) => valueAt(source, 'serviceAccountToken')))
    .map((volume) => textAt(volume, 'name'));
  return [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')]
    .filter((container) => listAt(container, 'volumeMounts').some((mount) => withToken.includes(textAt(mount, 'name'))))
    .map((container) => textAt(container, 'name') ?? '');
}

/** One AgentRun of a scenario: what is done to it, what it says of itself, what the cluster has of it. */
import { API_VERSION } from '../../src/api/kinds.ts';
import { PART, RUN } from '../../src/api/labels.ts';
import { readCondition } from '../../src/kube/conditions.ts';
import { equal, type JsonObject, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { POLICIES } from '../../src/objects/object.ts';
import { END_FILE } from './agent.ts';
import { eventually } from './clock.ts';
import * as cluster from './kubectl.ts';
import { must, type World } from './world.ts';

/** Some of what the sidecar of e2e-tools may do in namespace and, but with direct, cluster, and some of what it may not. */
export const TOOLS_MAY: cluster.Access[] = [
  { verb: 'get', resource: 'pods' },
  { verb: 'list', resource: 'pods' },
];
export const TOOLS_MAY_IN_CLUSTER: cluster.Access[] = [{ verb: 'list', resource: 'nodes' }];
const TOOLS_MAY_NOT: cluster.Access[] = [
  { verb: 'delete', resource: 'pods' },
  { verb: 'get', resource: 'secrets' },
  { verb: 'create', resource: 'jobs', group: 'batch' },
];

const mayIn = ({ options: { configuration } }: World): cluster.Access[] =>
  configuration === 'direct' ? TOOLS_MAY : [...TOOLS_MAY, ...TOOLS_MAY_IN_CLUSTER];

const hasStarted = (pod: JsonObject): boolean =>
  listAt(pod, 'status', 'containerStatuses').some(
    (container) => textAt(container, 'name') === 'agent' && valueAt(container, 'started') === true,
  );

export class Run {
  private readonly world: World;
  private readonly spec: JsonObject;
  readonly name: string;
  readonly namespace: string;
  /** Known once it was read from the status. */
  id = '';

  constructor(world: World, name: string, namespace: string, spec: JsonObject) {
    this.world = world;
    this.name = name;
    this.namespace = namespace;
    this.spec = { instanceRef: 'sre', task: 'Look', skills: [{ skillPackRef: 'e2e-tools' }], ...spec };
  }

  manifest(annotations: Record<string, string> = {}): JsonObject {
    const metadata = { name: this.name, namespace: this.namespace, annotations };
    return { apiVersion: API_VERSION, kind: 'AgentRun', metadata, spec: this.spec };
  }

  apply(annotations: Record<string, string> = {}): Promise<string> {
    return cluster.apply(this.manifest(annotations));
  }

  change(spec: JsonObject): Promise<string> {
    return cluster.patch('agentrun', this.name, this.namespace, { spec });
  }

  delete(...flags: string[]): Promise<string> {
    return cluster.remove('agentrun', this.name, this.namespace, ...flags);
  }

  read(): Promise<JsonObject | undefined> {
    return cluster.get('agentrun', this.name, this.namespace);
  }

  /** What Crossplane composes for: the AgentRun itself, or with claims the XAgentRun behind it. */
  async composite(): Promise<JsonObject | undefined> {
    const claim = await this.read();
    if (this.world.isNamespaced) return claim;
    const name = textAt(claim, 'spec', 'resourceRef', 'name');
    return name === undefined ? undefined : cluster.get('xagentrun', name);
  }

  async status(): Promise<JsonObject> {
    return this.learn(await this.read());
  }

  /** The status of the AgentRun as it was read. */
  learn(resource: JsonObject | undefined): JsonObject {
    const status = objectAt(resource, 'status');
    this.id = textAt(status, 'runId') ?? this.id;
    return status;
  }

  /** Seconds until it says so of itself. */
  until(phase: string, limit = 60): Promise<number> {
    return eventually(`${this.name} is ${phase}`, limit, async () => (await this.status())['phase'] === phase);
  }

  /** Seconds until the run works; a real Pod may take longer, and is waited for. */
  async start(limit = 60): Promise<number> {
    const seconds = await this.until('Running', limit);
    if (!this.world.options.fakePods)
      await eventually(`the agent of ${this.name} has started`, 180, async () => (await this.pods()).some(hasStarted));
    return seconds;
  }

  async condition(type: string): Promise<string> {
    const found = readCondition((await this.read()) ?? {}, type);
    return `${found?.status}/${found?.reason}`;
  }

  async reason(): Promise<string> {
    const { phase, reason } = await this.status();
    return `${phase}/${reason}`;
  }

  async mustBe(reason: string): Promise<void> {
    const found = await this.reason();
    must(found === reason, `${this.name} is ${reason}, not ${found}`);
  }

  get workloadName(): string {
    return `agentrun-${this.id}`;
  }

  /** Whether its ServiceAccount may do something now; what is of a namespace in its own. */
  private ask(accesses: cluster.Access[]): cluster.Question[] {
    const user = `system:serviceaccount:${this.namespace}:${this.workloadName}`;
    const inOwn = (access: cluster.Access) => (access.resource === 'nodes' ? access : { ...access, namespace: this.namespace });
    return accesses.map((access) => ({ user, access: inOwn(access) }));
  }

  /** Whether it has the rights of e2e-tools now, and no other of those that are asked for. */
  async hasItsRights(may = mayIn(this.world)): Promise<boolean> {
    const answers = await cluster.mayDo(this.ask([...may, ...TOOLS_MAY_NOT]));
    return answers.every((is, index) => is === index < may.length);
  }

  async hasNoRight(): Promise<boolean> {
    return (await Run.holders([this])).length === 0;
  }

  /** Those of some runs that have a right of e2e-tools now, asked in one go. */
  static async holders(runs: Run[]): Promise<Run[]> {
    const may = [...TOOLS_MAY, ...TOOLS_MAY_IN_CLUSTER];
    const answers = await cluster.mayDo(runs.flatMap((run) => run.ask(may)));
    const own = (index: number): boolean[] => answers.slice(index * may.length, (index + 1) * may.length);
    return runs.filter((_, index) => own(index).includes(true));
  }

  /** Seconds until none of its rights is left. */
  untilNoRight(limit = 60): Promise<number> {
    return eventually(`${this.name} has no right`, limit, () => this.hasNoRight());
  }

  /** Seconds until nothing can make its Job again. */
  untilPinned(limit = 30): Promise<number> {
    return eventually(`the Job of ${this.name} is pinned`, limit, () => this.isPinned());
  }

  /** A Job that is composed directly needs no pin: what is composed of it can make no other. */
  async isPinned(): Promise<boolean> {
    if (this.world.isDirect) return true;
    return equal(valueAt(await this.composed('agentrun-job'), 'spec', 'managementPolicies') ?? null, POLICIES.fixed);
  }

  /** Its Pods, ended ones and such that are ending included. */
  pods(): Promise<JsonObject[]> {
    return cluster.list('pods', { namespace: this.namespace, labels: `${RUN}=${this.id}` });
  }

  async podName(): Promise<string> {
    const [pod] = await this.pods();
    const name = textAt(pod, 'metadata', 'name') ?? '';
    must(name !== '', `${this.name} has a Pod`);
    return name;
  }

  untilNoPod(limit = 60): Promise<number> {
    return eventually(`${this.name} has no Pod`, limit, async () => (await this.pods()).length === 0);
  }

  untilGone(limit = 120): Promise<number> {
    return eventually(`${this.name} is gone`, limit, async () => (await this.read()) === undefined);
  }

  /** The agent ends with a code of its own: a fake one is told by an annotation, a real one by a file. */
  async endAgent(code: number): Promise<void> {
    const name = await this.podName();
    if (this.world.options.fakePods) await cluster.annotate('pod', name, this.namespace, `e2e/exit=${code}`);
    else await cluster.exec(name, 'agent', this.namespace, `echo ${code} > ${END_FILE}`);
  }

  /** The real object of a kind that carries the name of the run. */
  real(kind: string): Promise<JsonObject | undefined> {
    return cluster.get(kind, this.workloadName, this.namespace);
  }

  /** What carries a part: its Object, or what is composed directly. */
  async composed(part: string): Promise<JsonObject | undefined> {
    const composed = await this.world.composed();
    return composed.find((object) => {
      const labels = objectAt(object, 'metadata', 'labels');
      return labels[RUN] === this.id && labels[PART] === part;
    });
  }

  async removeComposed(part: string): Promise<void> {
    const composed = await this.composed(part);
    if (composed !== undefined) await this.world.removeComposed(composed);
  }
}

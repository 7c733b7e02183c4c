/** What holds of a run that Crossplane composes directly and of no other, rule by rule; see src/objects/resource.ts. */
import { describe, expect, it } from 'vitest';
import { NAMESPACED } from '../../src/api/kinds.ts';
import { type Selector, selects } from '../../src/call/request.ts';
import { compose } from '../../src/function.ts';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { chooseCarrier } from '../../src/objects/choice.ts';
import { listBoundRules } from '../../src/simulation/rights.ts';
import { Simulation } from '../../src/simulation/simulation.ts';
import { World as Model } from '../../src/simulation/world.ts';
import { History } from '../support/history.ts';
import { RUN_ID, task } from '../support/packs.ts';
import { instanceXr, NOW, packXr, policyXr, respond, uses, type World } from '../support/request.ts';
import { inputOf } from '../support/variant.ts';

/** Asks for rights in its namespace only. */
const reader = packXr('reader', {
  sidecar: { image: 'reader:1', rbac: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
});
const READ = { skills: uses('reader') };
/** A composite that stands in an API server, and not in a preview. */
const inCluster = (world: World): World => {
  const metadata = { ...objectAt(world.composite, 'metadata'), creationTimestamp: '2026-01-01T11:59:59Z' };
  return { ...world, composite: { ...world.composite, metadata } };
};
const world = (): World => inCluster(task(READ, reader));
/** Of which the status says that it is being made. */
const reading = (): History => new History(world()).call();
const resource = ({ last }: History, key: string): JsonObject => last.resources.get(key)?.resource ?? {};
const keys = ({ last }: History): string[] => [...last.resources.keys()].sort();
const job = (history: History): JsonObject => resource(history, 'agentrun-job');

const WITHOUT_BINDING = ['agentrun-configmap', 'agentrun-job', 'agentrun-role', 'agentrun-serviceaccount'];
const PARTS = [...WITHOUT_BINDING, 'agentrun-rolebinding'].sort();

/** Crossplane's own words, on the composite, of an answer that it could not apply. */
function withApplyFailure(history: History, message: string): History {
  const { composite } = history.world;
  const told = { type: 'Synced', status: 'False', reason: 'ReconcileError', message: `cannot compose resources: ${message}` };
  const conditions = [...listAt(composite, 'status', 'conditions').filter((item) => textAt(item, 'type') !== 'Synced'), told];
  history.world = { ...history.world, composite: { ...composite, status: { ...objectAt(composite, 'status'), conditions } } };
  return history;
}

describe('before anything is made', () => {
  it('the status says that it is being made, in an answer of its own', () => {
    const first = respond(world());
    if (first.kind === 'fatal') throw new Error(first.message);
    expect([first.status.phase, first.resources.size, first.ttlSeconds]).toEqual(['Preparing', 0, 1]);
    const told = { ...world().composite, status: first.status as JsonObject };
    const second = respond({ ...world(), composite: told });
    if (second.kind === 'fatal') throw new Error(second.message);
    expect([...second.resources.keys()].sort()).toEqual(WITHOUT_BINDING);
    expect(second.status).toEqual(first.status);
  });

  it('a preview shows everything at once, what waits too', () => {
    const preview = respond(task(READ, reader));
    if (preview.kind === 'fatal') throw new Error(preview.message);
    expect([...preview.resources.keys()].sort()).toEqual(PARTS);
  });

  it('a run whose rights in the whole cluster nobody makes is refused, with what to do', () => {
    const response = respond({ ...task({ skills: uses('tools') }), input: inputOf({ clusterRights: 'Refuse' }) });
    expect(response).toMatchObject({
      status: { phase: 'Failed', reason: 'InvalidSpec', message: expect.stringContaining('clusterRights: Provider') },
      resources: new Map(),
    });
  });
});

describe('what is made', () => {
  it('is the real objects, labelled with run, part and mode', () => {
    const run = reading().call();
    expect(keys(run)).toEqual(PARTS);
    const kinds = PARTS.map((key) => [key, resource(run, key)['kind'], objectAt(resource(run, key), 'metadata', 'labels')]);
    for (const [key, , labels] of kinds) {
      expect(labels).toMatchObject({ 'sympozium.ai/run': RUN_ID, 'sympozium.ai/part': key, 'sympozium.ai/mode': 'task' });
    }
    expect(kinds.map(([, kind]) => kind)).toEqual(['ConfigMap', 'Job', 'Role', 'RoleBinding', 'ServiceAccount']);
  });

  it('waits for its role where it is a binding', () => {
    expect([respondKeys(world()), keys(reading().call())]).toEqual([WITHOUT_BINDING, PARTS]);
  });

  it('stays what it was, whatever becomes of the pack', () => {
    const run = reading().run();
    const before = PARTS.map((key) => resource(run, key));
    run.edit([instanceXr(), packXr('reader', { sidecar: { image: 'other:2' } })]).call();
    expect(PARTS.map((key) => resource(run, key))).toEqual(before);
    run.edit([]).call();
    expect(PARTS.map((key) => resource(run, key))).toEqual(before);
  });

  it('stays who it is in a cloud, and leaves alone what others write on it', () => {
    const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/reader' };
    const cloudIdentities = [{ name: 'reader', serviceAccountAnnotations: annotations }];
    const policy = policyXr({ cloudIdentities, defaults: { cloudIdentity: 'reader' } });
    const given = world();
    const run = new History({ ...given, cluster: [...(given.cluster ?? []), policy] }).call().call().settle();
    const account = resource(run, 'agentrun-serviceaccount');
    expect(objectAt(account, 'metadata', 'annotations')).toMatchObject(annotations);
    const metadata = objectAt(account, 'metadata');
    const others = { ...objectAt(metadata, 'annotations'), 'openshift.io/internal-registry-pull-secret-ref': 'x' };
    run.objects.set('agentrun-serviceaccount', { ...account, metadata: { ...metadata, annotations: others } });
    const asked = run.edit([]).call().last.resources.get('agentrun-serviceaccount')?.resource;
    const { 'openshift.io/internal-registry-pull-secret-ref': _, ...own } = others;
    expect(objectAt(asked, 'metadata', 'annotations')).toEqual(own);
  });
});

/** The resource names of the second answer, in which nothing is observed yet. */
function respondKeys(given: World): string[] {
  const first = respond(given);
  if (first.kind === 'fatal') throw new Error(first.message);
  const second = respond({ ...given, composite: { ...given.composite, status: first.status as JsonObject } });
  return second.kind === 'fatal' ? [] : [...second.resources.keys()].sort();
}

describe('the Job', () => {
  const label = (history: History) =>
    textAt(job(history), 'spec', 'template', 'metadata', 'labels', 'batch.kubernetes.io/controller-uid');
  const said = (history: History) => ({
    suspend: valueAt(job(history), 'spec', 'suspend'),
    version: valueAt(job(history), 'metadata', 'resourceVersion'),
    released: valueAt(job(history), 'metadata', 'annotations', 'sympozium.ai/released'),
    lock: label(history),
  });
  const LOCK = 'uid-of-agentrun-job';

  it('is asked for as it was made until it is released, and where nobody knows that as the very one that was seen', () => {
    const run = reading().call().call();
    expect(said(run)).toEqual({ suspend: true, version: undefined, released: undefined, lock: undefined });
    const made = job(run);
    run.edit([]).call();
    const observed = reading().call();
    observed.edit([instanceXr()]).call();
    expect(said(observed)).toEqual({ suspend: true, version: '1', released: undefined, lock: LOCK });
    const { selector: _, ...spec } = objectAt(job(observed), 'spec');
    expect(Object.keys(spec).sort()).toEqual(Object.keys(objectAt(made, 'spec')).sort());
  });

  it('is released by an answer that the status foresaw, as the very one that was seen, until it has ended', () => {
    const run = reading().call().call();
    expect([run.status.workloadUID, said(run).suspend]).toEqual([LOCK, true]);
    const released = { suspend: false, version: '1', released: 'true', lock: LOCK };
    expect([said(run.call()), said(run.call())]).toEqual([released, released]);
    run.report('agentrun-job', { startTime: run.time(), active: 1, ready: 1 }).call();
    expect(said(run)).toEqual(released);
    expect(said(run.end('Complete'))).toEqual({ ...released, version: undefined });
  });

  it('is lost when a hand suspends it, also when its status was wiped', () => {
    const run = reading().run();
    run.alterReal('agentrun-job', ['spec'], { suspend: true });
    run.world = { ...run.world, composite: { ...run.world.composite, status: {} } };
    expect([run.call().status.phase, run.status.reason, said(run).suspend]).toEqual(['Failed', 'WorkloadLost', true]);
  });

  it('is lost in the call after it was deleted', () => {
    const run = reading().run();
    run.objects.delete('agentrun-job');
    expect([run.call().status.reason, run.last.resources.has('agentrun-job')]).toEqual(['WorkloadLost', false]);
  });
});

describe('the rights of a run that ends', () => {
  const granted = (history: History) => [
    listAt(resource(history, 'agentrun-role'), 'rules').length,
    listAt(resource(history, 'agentrun-rolebinding'), 'subjects').length,
  ];

  it('are emptied in one answer and dropped in the next, and count as held until they are gone', () => {
    const run = reading().run();
    expect(granted(run)).toEqual([1, 1]);
    run.spec({ cancel: true }).call();
    expect([keys(run), granted(run), run.condition('RightsHeld')]).toEqual([
      // Crossplane deletes before it applies, and may be refused.
      PARTS,
      // Whoever is bound to a role without rules may do nothing.
      [0, 1],
      'True/Stopping',
    ]);
    expect([keys(run.call()), run.condition('RightsHeld')]).toEqual([[], 'True/Stopping']);
    run.settle().wait(5).call();
    expect(run.condition('RightsHeld')).toBe('False/Revoked');
  });

  it('are dropped at once where Crossplane could not apply what was asked before', () => {
    const run = withApplyFailure(reading().run(), 'cannot apply composed resource "agentrun-role": denied by a webhook');
    expect(keys(run.spec({ cancel: true }).call())).toEqual([]);
  });

  it('are gone although nobody collects what is deleted', () => {
    const { composite, cluster: required = [] } = task(READ, reader);
    const model = new Model({ composites: [composite], required, input: inputOf() });
    const run = new Simulation(model, composite);
    run.apply();
    expect(run.until(() => run.status.phase === 'Running', 60)).toBe(true);
    expect(listBoundRules(model.api)).toHaveLength(1);
    model.garbage.stop();
    run.change({ cancel: true });
    run.wait(10);
    expect([run.status.phase, listBoundRules(model.api), model.api.list('Role').length]).toEqual(['Cancelled', [], 1]);
    expect(run.condition('RightsHeld')).toMatch(/^True/);
    model.garbage.start();
    run.wait(20);
    expect([run.condition('RightsHeld'), model.api.list('Role').length]).toEqual(['False/Revoked', 0]);
  });

  it('leave alone when somebody wrote another one into the role', () => {
    const run = reading().run();
    run.alterReal('agentrun-role', [], { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }).call();
    expect([run.status.phase, granted(run), keys(run)]).toEqual(['Running', [0, 1], PARTS]);
    expect(keys(run.call())).toEqual(PARTS.filter((key) => key !== 'agentrun-role'));
  });
});

describe('what Crossplane is asked to list', () => {
  const kindsAsked = ({ last }: History): string[] =>
    Object.entries(last.requirements).flatMap(([key, { kind }]) => (key.startsWith('held') ? [kind] : []));

  it('is ServiceAccounts for a new run, and nothing more where there is none', () => {
    const first = respond(world());
    if (first.kind === 'fatal') throw new Error(first.message);
    expect(Object.keys(first.requirements).filter((key) => key.startsWith('held'))).toEqual(['held/ServiceAccount']);
  });

  it.each([
    ['cannot be made', (run: History) => run.objects.clear(), ['ServiceAccount']],
    ['had a binding', () => undefined, ['ServiceAccount', 'Role', 'RoleBinding']],
  ])('is what certainly exists of one that %s and is cancelled', (_, lose, kinds) => {
    const run = reading().call();
    run.objects.delete('agentrun-role');
    lose(run);
    run.spec({ cancel: true }).call();
    expect(kindsAsked(run)).toEqual(kinds);
    expect(kindsAsked(run.call())).toEqual(kinds);
  });

  it('grows from what is found, for a run to which nothing refers', () => {
    const run = reading().run();
    const all = [...run.objects.values()];
    const composite = { ...run.world.composite, status: {} };
    const asked: string[][] = [];
    let requirements: Record<string, Selector> = {};
    for (let round = 0; round < 4; round += 1) {
      const found = [...(run.world.cluster ?? []), ...all];
      const required = new Map(
        Object.entries(requirements).map(([key, selector]) => [key, found.filter((item) => selects(selector, item))]),
      );
      const given = { composite, observed: new Map(), input: inputOf({ clusterRights: 'Refuse' }), now: NOW, required };
      const answer = compose(given, { ttlSeconds: 60, requirePolicy: false });
      if (answer.kind === 'fatal') throw new Error(answer.message);
      requirements = answer.requirements;
      asked.push(Object.keys(requirements).filter((key) => key.startsWith('held')));
      if (round < 3) continue;
      expect([answer.status.phase, [...answer.resources.keys()].sort()]).toEqual(['Running', PARTS]);
      expect(valueAt(answer.resources.get('agentrun-job')?.resource, 'metadata', 'resourceVersion')).toBe('1');
    }
    const kinds = ['ServiceAccount', 'Job', 'ConfigMap', 'Role', 'RoleBinding'].map((kind) => `held/${kind}`);
    expect(asked.map((each) => each.sort())).toEqual([1, 2, 5, 5].map((count) => kinds.slice(0, count).sort()));
  });
});

describe('a run that cannot be made', () => {
  const WORDS = 'cannot apply composed resource "agentrun-job": jobs.batch is forbidden';

  it.each([
    ['has some of its objects', () => reading().call()],
    ['has none', () => new History({ ...world(), composite: { ...world().composite, status: told() } })],
  ])('and %s ends after 10 minutes with the words of Crossplane', (_, begin) => {
    const run = withApplyFailure(begin(), WORDS);
    run.objects.delete('agentrun-job');
    const { composite } = run.world;
    run.wait(599);
    expect(respond({ ...run.world, composite, observed: run.objects, now: new Date(run.now) })).toMatchObject({
      status: { phase: 'Preparing', reason: 'CreatingObjects' },
    });
    run.wait(2);
    const end = respond({ ...run.world, composite, observed: run.objects, now: new Date(run.now) });
    expect(end).toMatchObject({
      status: { phase: 'Failed', reason: 'PrerequisiteFailed', message: expect.stringContaining(WORDS) },
    });
  });

  const told = (): JsonObject => ({
    phase: 'Preparing',
    reason: 'CreatingObjects',
    mode: 'task',
    conditions: [{ type: 'Prepared', status: 'Unknown', reason: 'FatalError', lastTransitionTime: '2026-01-01T12:00:00Z' }],
  });
});

describe('what exists decides who composes a run', () => {
  const settings = (value: 'Objects' | 'Resources') => ({ compose: value, clusterRights: 'Refuse' }) as const;
  const object = (namespace: JsonObject) => ({
    kind: 'Object',
    spec: { forProvider: { manifest: { metadata: namespace } } },
  });
  const kindOf = (value: 'Objects' | 'Resources', parts: JsonObject[]): unknown => {
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'b' } };
    const existing = { parts, hasClusterRights: false, asked: [] };
    return chooseCarrier(settings(value), NAMESPACED, existing).wrap(manifest, 'default', 'b', {})?.['kind'];
  };

  it.each([
    ['nothing, and Objects are asked for', 'Objects', [], 'Object'],
    ['nothing, and Resources are asked for', 'Resources', [], 'ConfigMap'],
    ['an Object', 'Resources', [object({ namespace: 'b' })], 'Object'],
    ['a real object', 'Objects', [{ kind: 'Role' }], 'ConfigMap'],
    ['a real object, and an Object for the whole cluster', 'Objects', [{ kind: 'Role' }, object({})], 'ConfigMap'],
    ['an Object for the whole cluster', 'Resources', [object({})], 'ConfigMap'],
  ] as const)('%s', (_, value, parts, kind) => {
    expect(kindOf(value, [...parts] as JsonObject[])).toBe(kind);
  });

  it('also while nobody can read the input', () => {
    const run = reading().run();
    run.world = { ...run.world, input: inputOf({ nonsense: true }) };
    run.spec({ cancel: true }).call();
    expect([run.status.phase, Object.keys(run.call().last.requirements).sort()]).toEqual([
      'Cancelled',
      ['held/Role', 'held/RoleBinding', 'held/ServiceAccount'],
    ]);
  });
});

describe('the ConfigMap of a SkillPack', () => {
  const pack = packXr('tools');
  const composed = (compose_: 'Objects' | 'Resources', observed = new Map<string, JsonObject>()): [string, unknown][] => {
    const response = respond({ composite: pack, observed, input: inputOf({ compose: compose_, objectScope: 'Namespaced' }) });
    if (response.kind === 'fatal') throw new Error(response.message);
    return [...response.resources].map(([key, item]) => [key, item.resource['kind']]);
  };
  const made = (kind: string, namespace = 'sympozium-system') =>
    new Map<string, JsonObject>([['skillpack-configmap', { kind, metadata: { namespace } }]]);

  it.each([
    ['Object', 'Resources'],
    ['ConfigMap', 'Objects'],
  ] as const)('goes as an %s and comes back as it is made with %s', (kind, value) => {
    const other = value === 'Resources' ? 'ConfigMap' : 'Object';
    expect([composed(value, made(kind)), composed(value), composed(value, made(other))]).toEqual([
      [],
      [['skillpack-configmap', other]],
      [['skillpack-configmap', other]],
    ]);
  });

  it('goes from where another input had it', () => {
    expect(composed('Resources', made('ConfigMap', 'elsewhere'))).toEqual([]);
  });
});

describe('what somebody with a right on the objects of a run writes into them', () => {
  const FORGED = ['', '{"parts":{},"rights":"x"}', '{"parts":{},"rights":[null],"skills":[],"mode":"server"}'];

  it.each(FORGED)('does not change what the status says the run was given: the plan %j', (plan) => {
    const run = reading().run();
    const { mode, skills, rights } = run.status;
    run.alterReal('agentrun-job', ['metadata', 'annotations'], { 'sympozium.ai/plan': plan }).call();
    expect(run.status).toMatchObject({ phase: 'Running', mode, skills, rights });
    expect([run.spec({ cancel: true }).call().status.phase, granted(run)]).toEqual(['Cancelled', 0]);
  });

  it('makes nothing of what only carries the labels of a run', () => {
    const run = reading().run().spec({ cancel: true }).call().settle();
    const labels = { 'sympozium.ai/run': RUN_ID };
    const forged = [{}, { 'sympozium.ai/part': 'bucket' }, { 'sympozium.ai/part': 'agentrun-role' }].map((part) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: `agentrun-${RUN_ID}`, namespace: 'team-a', labels: { ...labels, ...part } },
    }));
    run
      .edit([...(run.world.cluster ?? []), ...forged])
      .wait(10)
      .call();
    expect([keys(run), run.condition('RightsHeld')]).toEqual([[], 'False/Revoked']);
  });

  it('neither leaves rights to a role that cannot go', () => {
    const run = reading().run();
    run.alterReal('agentrun-role', ['metadata'], { deletionTimestamp: run.time(), finalizers: ['example.org/mine'] });
    expect(granted(run.spec({ cancel: true }).call())).toBe(0);
  });

  const granted = (history: History): number => listAt(resource(history, 'agentrun-role'), 'rules').length;
});

describe('who is asked for what is left of a run', () => {
  const left = (value: 'Objects' | 'Resources', asked: string[], hasClusterRights = false): string[] => {
    const settings = { compose: value, clusterRights: 'Refuse' } as const;
    const carrier = chooseCarrier(settings, NAMESPACED, { parts: [], hasClusterRights, asked });
    const kinds = [
      { apiVersion: 'v1', kind: 'ServiceAccount', scope: 'Namespaced' },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', scope: 'Cluster' },
    ] as const;
    return Object.values(carrier.select({ id: 'a', namespace: 'b' }, kinds)).map(({ kind }) => kind);
  };

  it.each([
    ['of Objects, whatever the input says now', left('Resources', ['held']), ['Object']],
    ['composed directly, whatever the input says now', left('Objects', ['held/ServiceAccount']), ['ServiceAccount']],
    ['that had rights in the whole cluster', left('Resources', [], true), ['ServiceAccount', 'Object']],
    ['that had none', left('Resources', []), ['ServiceAccount']],
  ])('%s', (_, asked, kinds) => {
    expect(asked).toEqual(kinds);
  });
});

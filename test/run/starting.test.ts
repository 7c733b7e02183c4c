/** The life of a run until it works, rule by rule: prepared, frozen, released once, pinned. */
import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../../src/api/kinds.ts';
import { type Selector, selects } from '../../src/call/request.ts';
import { compose } from '../../src/function.ts';
import { digest } from '../../src/kube/digest.ts';
import { type JsonObject, listAt, objectAt, valueAt } from '../../src/kube/json.ts';
import { desiredManifest } from '../../src/objects/object.ts';
import { desired, History, jobSpec, lockOf, suspended, text, withRights } from '../support/history.ts';
import { RUN_ID, TASK_PARTS, task, tools } from '../support/packs.ts';
import { instanceXr, NOW, packXr, uses } from '../support/request.ts';
import { BY_OBJECTS } from '../support/variant.ts';

/** What is left of a task in the call that tells its end. */
const EVIDENCE = ['agentrun-configmap', 'agentrun-job'];

/** What makes a Job the one that it was observed as. */
const LOCK = 'uid-of-agentrun-job';

describe('while a run is prepared', () => {
  it.runIf(BY_OBJECTS)('keeps waiting for 10 minutes with the text of the provider, then drops everything', () => {
    const run = withRights().call().settle().fail('agentrun-role', 'not currently held').call();
    expect(run.status).toMatchObject({
      phase: 'Preparing',
      reason: 'CannotCreate',
      message: expect.stringContaining('not currently held'),
    });
    run.wait(599).call();
    expect([run.status.phase, desired(run)]).toEqual(['Preparing', TASK_PARTS]);
    run.wait(1).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message: expect.stringContaining('not currently held'),
    });
    expect([desired(run), suspended(run)]).toEqual([EVIDENCE, true]);
    expect(desired(run.call())).toEqual([]);
  });

  it('goes on when the missing right was granted', () => {
    const run = withRights().call().settle().fail('agentrun-role', 'not currently held').call().wait(300).settle().call().call();
    expect(suspended(run)).toBe(false);
  });
});

describe('an API server that drops the volumes of images without a word', () => {
  const image = { reference: `a@sha256:${'0'.repeat(64)}` };
  const skills = [{ name: 'big', image }];
  const server = { image: 'i', requiresServer: true, ports: [{ name: 'http', containerPort: 80 }] };
  it.each<['agentrun-job' | 'agentrun-deployment', JsonObject]>([
    ['agentrun-job', { skills }],
    ['agentrun-deployment', { skills, sidecar: server }],
  ])('ends a run with %s before anything starts', (key, spec) => {
    const run = new History(task({ skills: uses('big') }, packXr('big', spec))).call().settle();
    const volumes = listAt(run.real(key), 'spec', 'template', 'spec', 'volumes');
    const kept = volumes.filter((volume) => valueAt(volume, 'image') === undefined);
    expect([volumes.length - kept.length, run.status.phase]).toEqual([1, 'Preparing']);
    run.alterReal(key, ['spec', 'template', 'spec'], { volumes: kept }).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message:
        'The API server dropped the volumes of skills that are in images: they need Kubernetes 1.35, or the feature gate ImageVolume from 1.33 on',
    });
    expect(run.status.preparedTime).toBeUndefined();
  });

  it.runIf(BY_OBJECTS)('is not what an observation shows that is older than the pack', () => {
    const before = packXr('big', { sidecar: server });
    const run = new History(task({ skills: uses('big') }, before)).call().settle().fail('agentrun-configmap', 'slow').call();
    run
      .edit([instanceXr(), packXr('big', { skills, sidecar: server })])
      .call()
      .call();
    expect(run.status.phase).toBe('Preparing');
  });

  it('is told of a server that has started', () => {
    const run = new History(task({ skills: uses('big') }, packXr('big', { skills, sidecar: server })))
      .decided()
      .settle()
      .call()
      .settle();
    run.report('agentrun-deployment', { availableReplicas: 1 }).call();
    expect([run.status.phase, run.status.reason]).toEqual(['Serving', 'Available']);
    const kept = listAt(run.real('agentrun-deployment'), 'spec', 'template', 'spec', 'volumes').filter(
      (volume) => valueAt(volume, 'image') === undefined,
    );
    run.alterReal('agentrun-deployment', ['spec', 'template', 'spec'], { volumes: kept }).call();
    expect([run.status.phase, run.status.reason, run.status.message]).toEqual([
      'Serving',
      'Unavailable',
      expect.stringContaining('The API server dropped the volumes of skills'),
    ]);
  });

  it('does not keep a run from starting where they are there', () => {
    expect(new History(task({ skills: uses('big') }, packXr('big', { skills }))).run().call().status.phase).toBe('Running');
  });
});

describe('a composite that is read older than it is', () => {
  it.runIf(BY_OBJECTS)('makes nothing anew of a run whose Objects are there', () => {
    const run = withRights().released().call();
    const objects = new Map(run.objects);
    run.leaving = [...objects.values()];
    run.objects.clear();
    run.world = { ...run.world, composite: { ...run.world.composite, status: {} } };
    run.call();
    expect([run.status.phase, run.status.workloadName, suspended(run), jobSpec(run, 'managementPolicies')]).toEqual([
      'Preparing',
      `agentrun-${RUN_ID}`,
      false,
      ['Observe', 'Create', 'Delete'],
    ]);
  });

  it('waits until the Objects were looked for', () => {
    const { composite, cluster } = withRights().world;
    const given = { composite, observed: new Map(), input: undefined, now: NOW };
    const first = compose({ ...given, required: new Map() }, { ttlSeconds: 60, requirePolicy: false });
    if (first.kind === 'fatal') throw new Error(first.message);
    const { held, ...others } = first.requirements;
    expect(held).toBeDefined();
    const find = (selector: Selector) => (cluster ?? []).filter((resource) => selects(selector, resource));
    const required = new Map(Object.entries(others).map(([key, selector]) => [key, find(selector)]));
    required.set('skillpack/tools', find({ apiVersion: API_VERSION, kind: 'SkillPack', matchName: 'tools' }));
    const second = compose({ ...given, required }, { ttlSeconds: 60, requirePolicy: false });
    expect(second).toMatchObject({ status: { phase: 'Pending', reason: 'Fetching' }, resources: new Map() });
  });

  it.runIf(BY_OBJECTS)('cannot have a released Job suspended', () => {
    const run = withRights().call();
    expect([suspended(run), jobSpec(run, 'managementPolicies')]).toEqual([true, ['Observe', 'Create', 'Delete']]);
    run.settle().call();
    expect([suspended(run), jobSpec(run, 'managementPolicies')]).toEqual([true, ['Observe', 'Create', 'Delete']]);
  });
});

describe('from its first Job on a task is frozen', () => {
  it.each([
    ['its pack was edited', [instanceXr(), packXr('tools', { sidecar: { image: 'other:2' } })]],
    ['its pack is gone', [instanceXr()]],
    ['its instance is gone', [tools]],
  ])('is the same, byte for byte, when %s', (_, cluster) => {
    const run = withRights().run().call();
    const before = [text(run), JSON.stringify(run.status), JSON.stringify(run.last.conditions)];
    run.edit(cluster as JsonObject[]).call();
    expect([text(run), JSON.stringify(run.status), JSON.stringify(run.last.conditions)]).toEqual(before);
    expect(run.last.requirements).toEqual({});
  });

  it('fails with nothing started when a part that is missing is not what was planned', () => {
    const run = withRights().call().settle();
    run.objects.delete('agentrun-role');
    run
      .edit([instanceXr(), packXr('tools', { sidecar: { image: 'other:2' } })])
      .wait(9)
      .call();
    expect([run.status.phase, suspended(run), run.last.resources.has('agentrun-role')]).toEqual(['Preparing', true, false]);
    run.wait(1).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message: 'What the run refers to, or this function, was changed before agentrun-role could be made',
    });
    expect([desired(run), suspended(run)]).toEqual([EVIDENCE, true]);
    expect(desired(run.call())).toEqual([]);
  });

  it('fails with nothing started when a part that exists is not what was planned', () => {
    const run = withRights().call().settle();
    run.alterDesired('agentrun-role', [], { rules: [] }).call().call();
    expect([run.status.phase, run.status.workloadName, suspended(run)]).toEqual(['Preparing', undefined, true]);
    run.wait(600).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message: 'Not everything the run needs could be made within 10 minutes. Not as planned: agentrun-role',
    });
    expect([desired(run), suspended(run)]).toEqual([EVIDENCE, true]);
    expect(desired(run.call())).toEqual([]);
  });

  it('tells in its status what it was prepared with', () => {
    const run = withRights().run().edit([]).call();
    expect(run.status).toMatchObject({
      runId: RUN_ID,
      mode: 'task',
      workloadName: `agentrun-${RUN_ID}`,
      skills: [{ pack: 'tools', version: '1.0.0' }],
      frozenDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(run.status.rights).toHaveLength(2);
  });
});

describe('a start is decided once, and then the Job is released', () => {
  it.each(TASK_PARTS.filter((key) => key !== 'agentrun-job'))('waits for %s', (key) => {
    const waiting = withRights().call().settle().fail(key, 'not yet').call();
    expect(suspended(waiting)).toBe(true);
    waiting.settle().call().call();
    expect(suspended(waiting)).toBe(false);
  });

  it.runIf(BY_OBJECTS)('waits until the provider has seen the latest of what it shall make', () => {
    const run = withRights().call().settle();
    const seen = listAt(run.objects.get('agentrun-role'), 'status', 'conditions') as JsonObject[];
    const conditions = seen.map((condition) => ({ ...condition, observedGeneration: 1 }));
    run.alter('agentrun-role', ['metadata'], { generation: 2 }).alter('agentrun-role', ['status'], { conditions });
    run.call();
    expect(run.status.workloadName).toBeUndefined();
    run.call();
    expect(run.status.workloadName).toBe(`agentrun-${RUN_ID}`);
  });

  it('waits until the status names the workload, so that a lost Object is known', () => {
    const run = withRights().call().settle();
    expect(run.status.workloadName).toBeUndefined();
    run.call();
    expect([suspended(run), run.status.workloadName]).toEqual([true, `agentrun-${RUN_ID}`]);
    run.call();
    expect(suspended(run)).toBe(false);
  });

  it.runIf(BY_OBJECTS)(
    'is bounded: a Job that cannot be started takes the rights of its run with it, 20 minutes after it was released',
    () => {
      const run = withRights()
        .call()
        .wait(300)
        .settle()
        .call()
        .call()
        .fail('agentrun-job', 'cannot update jobs')
        .wait(1199)
        .call();
      expect([suspended(run), run.status.phase, run.status.reason]).toEqual([false, 'Preparing', 'CannotCreate']);
      run.wait(1).call();
      expect(run.status).toMatchObject({
        phase: 'Failed',
        reason: 'PrerequisiteFailed',
        message: expect.stringMatching(
          /^Job .* was released, and nobody reports within 20 minutes that it has started. .*cannot update jobs/,
        ),
      });
      expect(desired(run)).toEqual(EVIDENCE);
      expect(desired(run.call())).toEqual([]);
    },
  );

  it('lets a Job that nobody speaks of have its time, because it may be running', () => {
    const run = withRights()
      .spec({ timeout: '1h' })
      .call()
      .settle()
      .call()
      .call()
      .wait(300 + 3660 + 119)
      .call();
    expect([run.status.phase, run.status.reason]).toEqual(['Preparing', 'CreatingObjects']);
    expect(run.wait(1).call().status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message: expect.stringContaining('nobody reports within 68 minutes'),
    });
  });

  it('is decided late where Crossplane or the function was away, when everything is there', () => {
    const run = withRights().call().settle().wait(3600).call();
    expect([run.status.phase, run.status.workloadName]).toEqual(['Preparing', `agentrun-${RUN_ID}`]);
    run.call();
    expect(suspended(run)).toBe(false);
  });

  it.runIf(BY_OBJECTS)('waits for a Job whose uid is known', () => {
    const run = withRights().call().settle();
    const known = run.objects.get('agentrun-job') ?? {};
    run.alterReal('agentrun-job', [], { metadata: {} }).call().call();
    expect([run.status.workloadName, suspended(run)]).toEqual([undefined, true]);
    run.objects.set('agentrun-job', known);
    run.call();
    expect([run.status.workloadUID, run.status.preparedTime]).toEqual(['uid-of-agentrun-job', run.time()]);
  });

  it.runIf(BY_OBJECTS)('waits until the Object of the Job itself was applied', () => {
    const run = withRights().call().settle().fail('agentrun-job', 'not yet').call().call();
    expect([run.status.workloadName, suspended(run)]).toEqual([undefined, true]);
  });

  it('holds although the status was lost', () => {
    const run = withRights().released();
    run.world = { ...run.world, composite: { ...run.world.composite, status: {} } };
    run.wait(601).call();
    expect([run.status.phase, run.status.workloadName, suspended(run)]).toEqual(['Preparing', `agentrun-${RUN_ID}`, false]);
  });

  it.each(['workloadName', 'workloadUID', 'preparedTime', 'frozenDigest'])('is known by %s alone', (field) => {
    const run = withRights().released();
    const status = objectAt(run.world.composite, 'status');
    run.world = { ...run.world, composite: { ...run.world.composite, status: { mode: 'task', [field]: status[field] ?? '' } } };
    run.objects.delete('agentrun-job');
    run.call();
    expect([run.status.phase, run.status.reason, run.last.resources.has('agentrun-job')]).toEqual([
      'Failed',
      'WorkloadLost',
      false,
    ]);
  });

  it.runIf(BY_OBJECTS)('is not decided while something is missing, and not taken back when something is missing later', () => {
    const run = withRights().call().settle().fail('agentrun-role', 'not yet').call().call().call();
    expect([run.status.workloadName, suspended(run)]).toEqual([undefined, true]);
    run.settle().call().call();
    const beLate = () => run.alterDesired('agentrun-job', ['spec'], { suspend: true });
    beLate().fail('agentrun-role', 'not any more').call();
    expect([suspended(run), run.status.phase]).toEqual([false, 'Preparing']);
    beLate().objects.delete('agentrun-role');
    run.call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message: 'Gone before the start: agentrun-role',
    });
    expect(desired(run)).toEqual(EVIDENCE);
    expect(desired(run.call())).toEqual([]);
  });

  it.runIf(BY_OBJECTS)('fails a Job that a hand resumed before its time when something is missing', () => {
    const run = withRights().call().settle().call();
    run.alterReal('agentrun-job', ['spec'], { suspend: false });
    run.alterReal('agentrun-job', ['status'], { startTime: run.time() });
    run.objects.delete('agentrun-role');
    const before = run.world.composite;
    run.call();
    expect([run.status.phase, run.status.message]).toEqual(['Failed', 'Gone before the start: agentrun-role']);
    // Nor when the composite is read older than that.
    run.world.composite = before;
    expect(run.call().status).toMatchObject({ phase: 'Failed', reason: 'PrerequisiteFailed' });
  });

  it('is never undone, not even by facts that are older', () => {
    const run = withRights().run();
    run.report('agentrun-job', {}).call();
    expect([suspended(run), run.status.phase]).toEqual([false, 'Running']);
  });
});

describe('a Job that was resumed is pinned', () => {
  it.runIf(BY_OBJECTS)('never updates or creates the Job again once the provider reports it resumed', () => {
    const run = withRights().call().settle().call().call();
    expect([suspended(run), lockOf(run), jobSpec(run, 'managementPolicies')]).toEqual([false, LOCK, undefined]);
    run.call();
    expect([suspended(run), lockOf(run), jobSpec(run, 'managementPolicies')]).toEqual([false, LOCK, undefined]);
    run.settle().report('agentrun-job', { startTime: run.time(), active: 1 }).call();
    expect([lockOf(run), jobSpec(run, 'managementPolicies'), jobSpec(run, 'watch')]).toEqual([
      LOCK,
      ['Observe', 'Create', 'Delete'],
      true,
    ]);
  });

  it.runIf(BY_OBJECTS)('may not even try to make a Job that it does not know', () => {
    const run = withRights().released();
    const { workloadUID: _, ...status } = objectAt(run.world.composite, 'status');
    run.world = { ...run.world, composite: { ...run.world.composite, status } };
    run.alterReal('agentrun-job', [], { metadata: {} }).call();
    expect([suspended(run), jobSpec(run, 'managementPolicies')]).toEqual([false, ['Observe', 'Delete']]);
  });

  it.runIf(BY_OBJECTS)('is the Job its digest was made of, with the lock and without', () => {
    const run = withRights().call().settle().call();
    const { frozenDigest } = run.status;
    expect(frozenDigest).toBe(digest(desiredManifest(run.objects.get('agentrun-job'))));
    expect(run.call().status.frozenDigest).toBe(frozenDigest);
    run.settle().alterDesired('agentrun-job', ['spec'], { backoffLimit: 7 }).call();
    expect(run.status.frozenDigest).toBe(frozenDigest);
  });
});

describe('a binding', () => {
  it('that had its turn does not wait again when its role flickers and the Job is lost', () => {
    const run = withRights().call().settle().call();
    run.objects.delete('agentrun-job');
    run.world = { ...run.world, composite: { ...run.world.composite, status: {} } };
    run.fail('agentrun-role', 'not any more').call();
    expect(valueAt(run.last.resources.get('agentrun-rolebinding')?.resource, 'spec', 'managementPolicies')).toBeUndefined();
  });
});

describe('a Job is pinned also at the end', () => {
  it.runIf(BY_OBJECTS)('when the Job has ended before anybody could pin it', () => {
    const run = withRights().call().settle().call().call().settle().end('Complete');
    expect([run.status.phase, lockOf(run), jobSpec(run, 'managementPolicies')]).toEqual([
      'Succeeded',
      LOCK,
      ['Observe', 'Create', 'Delete'],
    ]);
  });
});

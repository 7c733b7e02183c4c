/** The life of a run, rule by rule: prepared, released once, frozen, revoked, gone. */
import { describe, expect, it } from 'vitest';
import { type JsonObject, listAt, objectAt, valueAt } from '../../src/kube/json.ts';
import { History } from '../support/history.ts';
import { plain, RUN_ID, TASK_PARTS, task, tools } from '../support/packs.ts';
import { instanceXr, packXr, respondComposed, uses } from '../support/request.ts';

const withRights = (): History => new History(task({ skills: uses('tools') }));
const desired = ({ last }: History): string[] => [...last.resources.keys()].sort();
const jobSpec = ({ last }: History, ...path: string[]) => valueAt(last.resources.get('agentrun-job')?.resource, 'spec', ...path);
const suspended = (history: History) => jobSpec(history, 'forProvider', 'manifest', 'spec', 'suspend');
const text = ({ last }: History): string =>
  JSON.stringify([...last.resources].map(([key, { resource }]) => [key, resource]).sort());

describe('rule 2: preparing', () => {
  it('keeps waiting for 10 minutes with the text of the provider, then drops everything', () => {
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
    expect(desired(run)).toEqual([]);
  });

  it('goes on when the missing right was granted', () => {
    const run = withRights().call().settle().fail('agentrun-role', 'not currently held').call().wait(300).settle().call().call();
    expect(suspended(run)).toBe(false);
  });
});

describe('rule 3: frozen', () => {
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
    run.edit([instanceXr(), packXr('tools', { sidecar: { image: 'other:2' } })]).call();
    expect(run.status).toMatchObject({ phase: 'Failed', reason: 'PrerequisiteFailed' });
    expect(desired(run)).toEqual([]);
  });

  it('fails with nothing started when a part that exists is not what was planned', () => {
    const run = withRights().call().settle();
    const role = structuredClone(run.objects.get('agentrun-role') ?? {});
    Object.assign(objectAt(role, 'spec', 'forProvider', 'manifest'), { rules: [] });
    run.objects.set('agentrun-role', role);
    run.call().call();
    expect([run.status.phase, run.status.workloadName, suspended(run)]).toEqual(['Preparing', undefined, true]);
    run.wait(600).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message: 'Not everything the run needs could be made within 10 minutes. Not as planned: agentrun-role',
    });
    expect(desired(run)).toEqual([]);
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

describe('rule 4: release', () => {
  it.each(TASK_PARTS.filter((key) => key !== 'agentrun-job'))('waits for %s', (key) => {
    const waiting = withRights().call().settle().fail(key, 'not yet').call();
    expect(suspended(waiting)).toBe(true);
    waiting.settle().call().call();
    expect(suspended(waiting)).toBe(false);
  });

  it('waits until the provider has seen the latest of what it shall make', () => {
    const run = withRights().call().settle();
    const role = structuredClone(run.objects.get('agentrun-role') ?? {});
    Object.assign(objectAt(role, 'metadata'), { generation: 2 });
    for (const condition of listAt(role, 'status', 'conditions'))
      Object.assign(condition as JsonObject, { observedGeneration: 1 });
    run.objects.set('agentrun-role', role);
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

  it('is bounded: a Job that nobody reports started takes the rights of its run with it, 20 minutes after the first object', () => {
    const run = withRights().call().settle().call().call().fail('agentrun-job', 'cannot update jobs').wait(1199).call();
    expect([suspended(run), run.status.phase, run.status.reason]).toEqual([false, 'Preparing', 'CannotCreate']);
    run.wait(1).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message: expect.stringMatching(
        /^Job .* was released, and nobody reports within 20 minutes that it has started. .*cannot update jobs/,
      ),
    });
    expect(desired(run)).toEqual([]);
  });

  it('is not decided while something is missing, and not taken back when something is missing later', () => {
    const run = withRights().call().settle().fail('agentrun-role', 'not yet').call().call().call();
    expect([run.status.workloadName, suspended(run)]).toEqual([undefined, true]);
    run.settle().call().call();
    const stale = structuredClone(run.objects.get('agentrun-job') ?? {});
    Object.assign(objectAt(stale, 'spec', 'forProvider', 'manifest', 'spec'), { suspend: true });
    run.objects.set('agentrun-job', stale);
    run.fail('agentrun-role', 'not any more').call();
    expect([suspended(run), run.status.phase]).toEqual([false, 'Preparing']);
    run.objects.set('agentrun-job', stale);
    run.objects.delete('agentrun-role');
    run.call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PrerequisiteFailed',
      message: 'Gone before the start: agentrun-role',
    });
    expect(desired(run)).toEqual([]);
  });

  it('is never undone, not even by facts that are older', () => {
    const run = withRights().run();
    run.report('agentrun-job', {}).call();
    expect([suspended(run), run.status.phase]).toEqual([false, 'Running']);
  });
});

describe('rule 5: pinned', () => {
  it('never updates or creates the Job again once the provider reports it unsuspended', () => {
    const run = withRights().call().settle().call().call();
    expect([suspended(run), jobSpec(run, 'managementPolicies'), run.last.ttlSeconds]).toEqual([false, undefined, 5]);
    run.call();
    expect([jobSpec(run, 'managementPolicies'), run.last.ttlSeconds]).toEqual([undefined, 5]);
    run.settle().report('agentrun-job', { startTime: run.time(), active: 1 }).call();
    expect([jobSpec(run, 'managementPolicies'), jobSpec(run, 'watch'), run.last.ttlSeconds]).toEqual([
      ['Observe', 'Delete'],
      true,
      30,
    ]);
  });
});

describe('rule 5: pinned, also at the end', () => {
  it('when the Job has ended before anybody could pin it', () => {
    const run = withRights().call().settle().call().call().settle().end('Complete');
    expect([run.status.phase, jobSpec(run, 'managementPolicies')]).toEqual(['Succeeded', ['Observe', 'Delete']]);
  });
});

describe('rule 6: running', () => {
  it('says that no Pod could be created, 30 seconds after the start', () => {
    const fresh = withRights().call().settle().call().settle().call().settle();
    fresh.report('agentrun-job', { startTime: fresh.time() }).call();
    expect(fresh.status).toMatchObject({ phase: 'Running', reason: 'Running' });
    fresh.wait(30).call();
    expect(fresh.status).toMatchObject({
      phase: 'Running',
      reason: 'NoPod',
      message: `No Pod could be created: kubectl describe job agentrun-${RUN_ID}`,
    });
  });

  it('says since when the Pod is seen not ready, from 60 seconds after the start', () => {
    const run = withRights().call().settle().call().settle().call().settle();
    run.report('agentrun-job', { startTime: run.time(), active: 1 }).call().wait(60).call();
    expect(run.status).toMatchObject({ reason: 'PodNotReady', message: `Pod not ready, first seen so at ${run.time()}` });
    run.wait(30).call();
    expect(run.last.results).toEqual([]);
  });
});

describe('rule 7: rights end', () => {
  it.each(['FailureTarget', 'SuccessCriteriaMet'])('with the first condition, %s, while the Pod is still ending', (type) => {
    const run = withRights().run();
    const condition = { type, status: 'True', reason: '', message: '', lastTransitionTime: run.time() };
    run.report('agentrun-job', { startTime: run.time(), active: 0, conditions: [condition] }).call();
    expect([run.status.phase, desired(run)]).toEqual(['Running', ['agentrun-configmap', 'agentrun-job']]);
  });

  it.each([
    ['Complete', '', 'Succeeded', 'Completed', 'True/Completed'],
    ['Failed', 'BackoffLimitExceeded', 'Failed', 'AgentFailed', 'False/AgentFailed'],
    ['Failed', 'DeadlineExceeded', 'Failed', 'DeadlineExceeded', 'False/DeadlineExceeded'],
  ] as const)('at %s %s, and the run is %s/%s', (type, jobReason, phase, reason, succeeded) => {
    const run = withRights().run().wait(60).end(type, jobReason);
    expect(run.status).toMatchObject({ phase, reason, completionTime: run.time(), startTime: run.time(-60) });
    expect(desired(run)).toEqual(['agentrun-configmap', 'agentrun-job']);
    expect([run.condition('Succeeded'), run.condition('RightsHeld'), run.condition('Prepared')]).toEqual([
      succeeded,
      'True/Revoking',
      'True/Prepared',
    ]);
  });

  it('counts what is observed and dropped as held, even when the list of what is left is late', () => {
    const run = withRights().call();
    const observed = new Map(run.objects);
    run.spec({ cancel: true });
    const { conditions } = respondComposed({ ...run.world, cluster: [], observed });
    expect(conditions.find(({ type }) => type === 'RightsHeld')?.status).toBe('True');
  });

  it('counts as held until none of the Objects is left, and tells why one stays', () => {
    const run = withRights().run().end('Complete');
    run.leaving = run.leaving.map((object, index) =>
      index > 0 ? object : { ...object, status: { conditions: [{ type: 'Synced', status: 'False', message: 'cannot delete' }] } },
    );
    run.call();
    expect(run.condition('RightsHeld')).toBe('True/Revoking');
    expect(run.last.conditions[2]?.message).toBe('Waiting until everything the run was given is gone; cannot delete');
    run.leaving = [];
    run.call();
    expect(run.condition('RightsHeld')).toBe('False/Revoked');
    run.call();
    expect([run.last.requirements, run.condition('RightsHeld')]).toEqual([{}, 'False/Revoked']);
  });
});

describe('rule 8: lost', () => {
  it.each([
    ['Job', ['status', 'atProvider', 'manifest', 'metadata']],
    ['Object', ['metadata']],
  ])('is lost as soon as its %s is being deleted', (_, path) => {
    const run = withRights().run();
    const object = structuredClone(run.objects.get('agentrun-job') ?? {});
    Object.assign(valueAt(object, ...path) as JsonObject, { deletionTimestamp: run.time() });
    run.objects.set('agentrun-job', object);
    run.call();
    expect(run.status).toMatchObject({ reason: 'WorkloadLost', message: `Job agentrun-${RUN_ID} is being deleted` });
    expect(desired(run)).toEqual([]);
  });

  it('is lost when somebody suspends its Job, which has no Pod then', () => {
    const run = withRights().run();
    const object = structuredClone(run.objects.get('agentrun-job') ?? {});
    Object.assign(objectAt(object, 'status', 'atProvider', 'manifest', 'spec'), { suspend: true });
    run.objects.set('agentrun-job', object);
    run.call();
    expect(run.status).toMatchObject({ reason: 'WorkloadLost', message: `Job agentrun-${RUN_ID} was suspended by somebody` });
    expect(desired(run)).toEqual([]);
  });

  it('takes the rights back, looks, and says so when a Job is silent past its deadline', () => {
    const run = withRights()
      .run()
      .wait(660 + 120);
    run.call();
    expect(run.status.reason).toBe('Running');
    run.wait(1).call();
    expect([run.status.phase, run.status.reason, desired(run)]).toEqual([
      'Running',
      'ProviderUnreachable',
      ['agentrun-configmap', 'agentrun-job', 'agentrun-probe'],
    ]);
    const probe = objectAt(run.last.resources.get('agentrun-probe')?.resource, 'spec');
    expect([jobSpec(run, 'managementPolicies'), probe]).toEqual([
      ['Observe', 'Delete'],
      {
        providerConfigRef: { name: 'default' },
        managementPolicies: ['Observe'],
        readiness: objectAt(run.last.resources.get('agentrun-job')?.resource, 'spec', 'readiness'),
        watch: true,
        forProvider: {
          manifest: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: `agentrun-${RUN_ID}`, namespace: 'team-a' } },
        },
      },
    ]);
    run.call();
    expect(jobSpec(run, 'managementPolicies')).toEqual(['Observe', 'Delete']);
    run.fail('agentrun-probe', 'observe failed: external resource does not exist').call();
    expect(run.status).toMatchObject({ phase: 'Failed', reason: 'WorkloadLost' });
    expect(desired(run)).toEqual([]);
  });

  it.each(['agentrun-probe', 'agentrun-job'] as const)('takes its normal end when %s tells of it after all', (seenBy) => {
    const run = withRights().run().wait(800).call().settle().call().end('Complete', '', seenBy);
    expect([run.status.phase, desired(run)]).toEqual(['Succeeded', ['agentrun-configmap', 'agentrun-job']]);
    run.wait(301).call();
    expect(desired(run)).toEqual([]);
  });

  it('is lost at once when the Object of the Job is gone, and never makes a second Job', () => {
    const run = withRights().run();
    run.objects.delete('agentrun-job');
    run.call();
    expect([run.status.reason, desired(run)]).toEqual(['WorkloadLost', []]);
    run.call().call();
    expect(desired(run)).toEqual([]);
  });
});

describe('rule 9: cleanup', () => {
  it('keeps Job and skills for their time, naming where the log is, then leaves nothing', () => {
    const run = withRights().run().end('Complete').settle().call();
    expect(run.status.message).toBe(
      `The agent has ended its task; its log: kubectl logs -n team-a job/agentrun-${RUN_ID} -c agent`,
    );
    run.wait(100).call();
    expect(run.last.ttlSeconds).toBe(200);
    run.wait(200).call();
    expect([desired(run), run.status.message]).toEqual([[], 'The agent has ended its task']);
    run.settle().call();
    expect([run.last.ttlSeconds, run.last.requirements]).toEqual([6 * 3600, {}]);
  });

  it('keeps them for good when it says keep, and goes when it is told to go after all', () => {
    const run = withRights().spec({ cleanup: 'keep' }).run().end('Complete').settle().wait(1_000_000).call();
    expect(desired(run)).toEqual(['agentrun-configmap', 'agentrun-job']);
    run.spec({ cleanup: 'delete' }).call();
    expect(desired(run)).toEqual([]);
  });
});

describe('rule 10: cancel', () => {
  it('drops rights and Job in one response, and stays cancelled', () => {
    const run = withRights().run().spec({ cancel: true }).call();
    expect([run.status.phase, desired(run), run.condition('RightsHeld')]).toEqual(['Cancelled', [], 'True/Stopping']);
    run.settle().call();
    expect(run.condition('RightsHeld')).toBe('False/Revoked');
    run.spec({ cancel: false }).call();
    expect([run.status.phase, desired(run)]).toEqual(['Cancelled', []]);
  });

  it('does not undo an end that was observed', () => {
    const run = withRights().run().spec({ cancel: true }).end('Complete');
    expect(run.status.phase).toBe('Succeeded');
  });
});

describe('rule 11: serving', () => {
  const server = (): History => new History(task({ skills: uses('web') }));
  const replicas = ({ last }: History) =>
    valueAt(last.resources.get('agentrun-deployment')?.resource, 'spec', 'forProvider', 'manifest', 'spec', 'replicas');
  const rulesOf = ({ last }: History) =>
    valueAt(last.resources.get('agentrun-role')?.resource, 'spec', 'forProvider', 'manifest', 'rules');
  const serve = (): History =>
    server().call().settle().call().settle().call().settle().report('agentrun-deployment', { availableReplicas: 1 }).call();

  it('serves when its Deployment is available, with its rights for as long as it lives', () => {
    const run = server().call();
    expect(replicas(run)).toBe(0);
    expect(valueAt(run.last.resources.get('agentrun-deployment')?.resource, 'spec', 'watch')).toBeUndefined();
    run.settle().call().settle().call();
    expect([replicas(run), run.status.phase]).toEqual([1, 'Preparing']);
    expect(valueAt(run.last.resources.get('agentrun-deployment')?.resource, 'spec', 'watch')).toBe(true);
    run.settle().report('agentrun-deployment', { availableReplicas: 1 }).call();
    expect([run.status.phase, run.status.reason, run.last.ready]).toEqual(['Serving', 'Available', true]);
    run.wait(30 * 24 * 3600).call();
    expect([run.status.phase, replicas(run)]).toEqual(['Serving', 1]);
  });

  it('follows its pack', () => {
    const run = serve();
    const edited = packXr('web', {
      sidecar: { image: 'web:2', requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }] },
    });
    run.edit([instanceXr(), edited]).call();
    const [container] = objectAt(
      run.last.resources.get('agentrun-deployment')?.resource,
      'spec',
      'forProvider',
      'manifest',
      'spec',
      'template',
      'spec',
    )['containers'] as JsonObject[];
    expect([container?.['image'], replicas(run)]).toEqual(['web:2', 1]);
  });

  it.each([
    ['its pack is gone', [instanceXr()]],
    ['its pack asks for a task now', [instanceXr(), plain, packXr('web', { sidecar: { image: 'web:1' } })]],
  ])('stays as it is when %s', (_, cluster) => {
    const run = serve();
    const before = text(run.call());
    const { status } = run;
    run
      .edit(cluster as JsonObject[])
      .call()
      .call()
      .call();
    expect([text(run), run.status]).toEqual([before, status]);
  });

  it('is not moved to another cluster by an edit of the input', () => {
    const run = serve();
    run.objects.delete('agentrun-deployment');
    run.world = {
      ...run.world,
      input: { apiVersion: 'skillpack.fn.crossplane.io/v1beta1', kind: 'Settings', providerConfigName: 'other' },
    };
    run.call();
    for (const { resource } of run.last.resources.values())
      expect(valueAt(resource, 'spec', 'providerConfigRef', 'name')).toBe('default');
  });

  const READ = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  const ALL = [{ apiGroups: ['*'], resources: ['secrets'], verbs: ['get'] }];
  const webPack = (sidecar: JsonObject): JsonObject =>
    packXr('web', {
      sidecar: { image: 'web:1', requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }], ...sidecar },
    });

  it('loses exactly the rules that are denied, and gets them back when they are mended', () => {
    const run = serve();
    run.edit([instanceXr(), webPack({ rbac: [...READ, ...ALL] })]).call();
    expect([rulesOf(run), replicas(run), run.status.phase, run.condition('Admitted')]).toEqual([
      READ,
      1,
      'Serving',
      'False/PolicyDenied',
    ]);
    expect(run.status.message).toContain('SkillPack/web spec.sidecar.rbac[1].apiGroups');
    run.settle().call();
    expect(run.last.results).toEqual([]);
    run.edit([instanceXr(), webPack({ rbac: [...READ, ...READ] })]).call();
    expect([rulesOf(run), run.condition('Admitted')]).toEqual([[...READ, ...READ], 'True/Admitted']);
  });

  it('keeps no role when every rule is denied', () => {
    const run = serve();
    run.edit([instanceXr(), webPack({ rbac: ALL, clusterRBAC: ALL })]).call();
    expect(desired(run)).toEqual(['agentrun-configmap', 'agentrun-deployment', 'agentrun-service', 'agentrun-serviceaccount']);
  });

  it('is stopped, not deleted, when access to the node is denied, and goes on when that is mended', () => {
    const run = serve();
    run.edit([instanceXr(), webPack({ hostAccess: { enabled: true, hostNetwork: true } })]).call();
    const pod = objectAt(
      run.last.resources.get('agentrun-deployment')?.resource,
      'spec',
      'forProvider',
      'manifest',
      'spec',
      'template',
      'spec',
    );
    expect([replicas(run), pod['hostNetwork'], run.status.phase, run.condition('Admitted')]).toEqual([
      0,
      undefined,
      'Serving',
      'False/PolicyDenied',
    ]);
    run
      .edit([webPack({})])
      .call()
      .call();
    expect([replicas(run), run.condition('Admitted')]).toEqual([0, 'False/PolicyDenied']);
    run.edit([instanceXr(), webPack({})]).call();
    expect([replicas(run), run.condition('Admitted')]).toEqual([1, 'True/Admitted']);
  });

  it('ends as denied when its pack is denied before it was let go', () => {
    const run = server().call().settle();
    run.edit([instanceXr(), webPack({ rbac: ALL })]).call();
    expect([run.status.phase, run.status.reason, desired(run)]).toEqual(['Failed', 'PolicyDenied', []]);
  });

  it('leaves everything when it is cancelled', () => {
    expect(desired(serve().spec({ cancel: true }).call())).toEqual([]);
  });
});

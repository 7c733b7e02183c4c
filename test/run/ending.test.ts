/** The life of a run from its work to its end, rule by rule: running, revoked, lost, cleaned up, cancelled. */
import { describe, expect, it } from 'vitest';
import { objectAt } from '../../src/kube/json.ts';
import { desired, jobSpec, withRights } from '../support/history.ts';
import { RUN_ID } from '../support/packs.ts';
import { configRef, respondComposed } from '../support/request.ts';

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
    run.alter('agentrun-job', path, { deletionTimestamp: run.time() }).call();
    expect(run.status).toMatchObject({ reason: 'WorkloadLost', message: `Job agentrun-${RUN_ID} is being deleted` });
    expect(desired(run)).toEqual([]);
  });

  it('is lost when somebody suspends its Job, which has no Pod then', () => {
    const run = withRights().run();
    run.alter('agentrun-job', ['status', 'atProvider', 'manifest', 'spec'], { suspend: true }).call();
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
        providerConfigRef: configRef('default'),
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

/** The life of a run until it works, rule by rule: prepared, frozen, released once, pinned. */
import { describe, expect, it } from 'vitest';
import { type JsonObject, listAt } from '../../src/kube/json.ts';
import { desired, jobSpec, suspended, text, withRights } from '../support/history.ts';
import { RUN_ID, TASK_PARTS, tools } from '../support/packs.ts';
import { instanceXr, packXr } from '../support/request.ts';

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
    run.alter('agentrun-role', ['spec', 'forProvider', 'manifest'], { rules: [] }).call().call();
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
    const beLate = () => run.alter('agentrun-job', ['spec', 'forProvider', 'manifest', 'spec'], { suspend: true });
    beLate().fail('agentrun-role', 'not any more').call();
    expect([suspended(run), run.status.phase]).toEqual([false, 'Preparing']);
    beLate().objects.delete('agentrun-role');
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

/** The life of a run from its work to its end, rule by rule: running, revoked, lost, cleaned up, cancelled. */
import { describe, expect, it } from 'vitest';
import { type JsonObject, type JsonValue, objectAt } from '../../src/kube/json.ts';
import { mayGrant } from '../support/carried.ts';
import { desired, desiredRights, History, isLooking, isPinned, withRights } from '../support/history.ts';
import { RUN_ID, TASK_PARTS, task, tools } from '../support/packs.ts';
import { instanceXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';
import { BY_OBJECTS } from '../support/variant.ts';

describe('a run that works', () => {
  it('says that no Pod could be created, 30 seconds after the start', () => {
    const fresh = withRights().call().settle().call().settle().call().settle();
    fresh.report('agentrun-job', { startTime: fresh.time() }).call();
    expect(fresh.status).toMatchObject({ phase: 'Running', reason: 'Running' });
    fresh.wait(30).call();
    expect(fresh.status).toMatchObject({
      phase: 'Running',
      reason: 'NoPod',
      message: `No Pod could be created, a quota or Pod Security may refuse it: kubectl describe job -n team-a agentrun-${RUN_ID}`,
    });
  });

  it('says since when the Pod is seen not ready, from 60 seconds after the start', () => {
    const run = withRights().call().settle().call().settle().call().settle();
    run.report('agentrun-job', { startTime: run.time(), active: 1 }).call().wait(60).call();
    expect(run.status).toMatchObject({
      reason: 'PodNotReady',
      message: `The Pod is not ready, first seen so at ${run.time()}: kubectl describe pod -n team-a -l sympozium.ai/run=${RUN_ID}`,
    });
    run.wait(30).call();
    expect(run.last.results).toEqual([]);
  });
});

/** What the condition of a Job says, in the words of Kubernetes 1.26 to 1.37 (pkg/controller/job/pod_failure_policy.go). */
const EXITED = `Container agent for pod team-a/agentrun-${RUN_ID}-x2x4z failed with exit code 137 matching FailJob rule at index 1`;
const DISRUPTED = `Pod team-a/agentrun-${RUN_ID}-x2x4z has condition DisruptionTarget matching FailJob rule at index 0`;

describe('what a run tells of its end', () => {
  const logs = `; its log: kubectl logs -n team-a job/agentrun-${RUN_ID} -c agent`;
  const podName = `agentrun-${RUN_ID}-x2x4z`;

  it.each<[string, string, string, JsonObject]>([
    ['a success', 'Complete', '', { exitCode: 0, message: `The agent has ended its task${logs}` }],
    [
      'an exit code',
      'Failed',
      EXITED.replace('137', '3'),
      { exitCode: 3, podName, message: `The agent has failed with exit code 3${logs}` },
    ],
    [
      'a kill',
      'Failed',
      EXITED,
      {
        exitCode: 137,
        podName,
        message: `The agent has failed with exit code 137 (killed, often for lack of memory or storage)${logs}`,
      },
    ],
    [
      'an eviction',
      'Failed',
      DISRUPTED,
      { podName, message: 'Kubernetes ended the Pod: it was evicted or preempted, or its node is gone' },
    ],
    ['other words', 'Failed', 'x', { message: 'The Pod has failed, and not by its agent: its node may have refused it' }],
  ])('of %s', (_, type, message, told) => {
    const run = withRights()
      .run()
      .end(type as 'Complete' | 'Failed', 'PodFailurePolicy', message);
    const { exitCode, podName, message: words } = run.status;
    expect({ ...(exitCode !== undefined && { exitCode }), ...(podName !== undefined && { podName }), message: words }).toEqual(
      told,
    );
    const before = run.status;
    expect(run.settle().call().status).toEqual(before);
  });

  it('without rules in its Job, as earlier versions made it, is that the agent has failed', () => {
    const run = withRights().run();
    run.alterDesired('agentrun-job', ['spec'], { podFailurePolicy: undefined as unknown as JsonValue });
    expect(run.end('Failed', 'BackoffLimitExceeded').status.reason).toBe('AgentFailed');
  });
});

describe('the rights of a run end', () => {
  it.each(['FailureTarget', 'SuccessCriteriaMet'])('with the first condition, %s, while the Pod is still ending', (type) => {
    const run = withRights().run();
    const condition = { type, status: 'True', reason: '', message: '', lastTransitionTime: run.time() };
    run.report('agentrun-job', { startTime: run.time(), active: 0, conditions: [condition] }).call();
    expect([run.status.phase, desired(run)]).toEqual(['Running', ['agentrun-configmap', 'agentrun-job']]);
  });

  it.each([
    ['Complete', '', '', 'Succeeded', 'Completed', 'True/Completed'],
    ['Failed', 'PodFailurePolicy', EXITED, 'Failed', 'AgentFailed', 'False/AgentFailed'],
    ['Failed', 'PodFailurePolicy', DISRUPTED, 'Failed', 'Evicted', 'False/Evicted'],
    ['Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit', 'Failed', 'PodFailed', 'False/PodFailed'],
    ['Failed', 'DeadlineExceeded', '', 'Failed', 'DeadlineExceeded', 'False/DeadlineExceeded'],
  ] as const)('at %s %s "%s", and the run is %s/%s', (type, jobReason, message, phase, reason, succeeded) => {
    const run = withRights().run().wait(60).end(type, jobReason, message);
    expect(run.status).toMatchObject({ phase, reason, completionTime: run.time(), startTime: run.time(-60) });
    expect(desired(run)).toEqual(['agentrun-configmap', 'agentrun-job']);
    expect([run.condition('Succeeded'), run.condition('RightsHeld'), run.condition('Prepared')]).toEqual([
      succeeded,
      'True/Revoking',
      'True/Prepared',
    ]);
  });

  it.each([
    [
      'is ended by its node a minute after its timeout',
      660,
      137,
      'DeadlineExceeded',
      'The agent did not end within its timeout; its log: ',
    ],
    ['hears that it is to end', 660, 143, 'DeadlineExceeded', 'The agent did not end within its timeout; its log: '],
    ['is killed before that', 659, 137, 'AgentFailed', 'The agent has failed with exit code 137 (killed'],
    ['hears that it is to end, and says 1', 700, 1, 'DeadlineExceeded', 'The agent did not end within its timeout; its log: '],
  ] as const)('of an agent that %s tells so', (_, seconds, code, reason, message) => {
    const exited = EXITED.replace(/exit code \d+/, `exit code ${code}`);
    const run = withRights().run().wait(seconds).end('Failed', 'PodFailurePolicy', exited);
    expect(run.call().status).toMatchObject({ phase: 'Failed', reason, exitCode: code });
    expect(run.status.message).toContain(message);
  });

  it.each([
    ['before it has had its time, after a slow start', 1200 + 599, 'AgentFailed'],
    ['after it', 1200 + 660, 'DeadlineExceeded'],
  ])('of an agent that is killed %s tells so', (_, seconds, reason) => {
    const slow = new History(task({ skills: uses('tools'), startTimeout: '1h' })).released();
    const startTime = slow.time();
    slow.report('agentrun-job', { startTime, active: 1 }).call();
    slow.wait(70).report('agentrun-job', { startTime, active: 1, ready: 0 }).call();
    slow.wait(1130).report('agentrun-job', { startTime, active: 1, ready: 1 }).call();
    slow.wait(seconds - 1200).end('Failed', 'PodFailurePolicy', EXITED.replace(/exit code \d+/, 'exit code 137'));
    expect(slow.status).toMatchObject({ phase: 'Failed', reason, exitCode: 137 });
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
    run.call().wait(4).call();
    expect(run.condition('RightsHeld')).toBe('True/Revoking');
    run.wait(1).call();
    expect(run.condition('RightsHeld')).toBe('False/Revoked');
    run.call();
    expect([run.last.requirements, run.condition('RightsHeld')]).toEqual([{}, 'False/Revoked']);
  });
});

/** What is left of a task in the call that tells its end, but for one that is cancelled. */
const EVIDENCE = ['agentrun-configmap', 'agentrun-job'];

describe('a Job that is lost', () => {
  it.each([
    // What is gone when it is applied would be made anew.
    ['Job', BY_OBJECTS ? EVIDENCE : ['agentrun-configmap']],
    ['Object', ['agentrun-configmap']],
  ])('is lost as soon as its %s is being deleted', (what, evidence) => {
    const run = withRights().run();
    const leaving = { deletionTimestamp: run.time() };
    if (what === 'Job') run.alterReal('agentrun-job', ['metadata'], leaving).call();
    else run.alter('agentrun-job', ['metadata'], leaving).call();
    expect(run.status).toMatchObject({ reason: 'WorkloadLost', message: `Job agentrun-${RUN_ID} is being deleted` });
    expect(desired(run)).toEqual(evidence);
    expect(desired(run.call())).toEqual([]);
  });

  it('is lost when somebody suspends its Job, which has no Pod then', () => {
    const run = withRights().run();
    run.alterReal('agentrun-job', ['spec'], { suspend: true }).call();
    expect(run.status).toMatchObject({ reason: 'WorkloadLost', message: `Job agentrun-${RUN_ID} was suspended by somebody` });
    expect(desired(run)).toEqual(EVIDENCE);
    expect(desired(run.call())).toEqual([]);
  });

  it('takes the rights back and says so when a Job is silent past its deadline', () => {
    const run = withRights()
      .run()
      .wait(960 + 120);
    run.call();
    expect(run.status.reason).toBe('Running');
    run.wait(1).call();
    expect([run.status.phase, run.status.reason, desired(run)]).toEqual(['Running', 'ProviderUnreachable', EVIDENCE]);
  });

  it('takes its normal end when it is told of it after all', () => {
    const run = withRights().run().wait(1100).call().settle().call().end('Complete');
    expect([run.status.phase, desired(run)]).toEqual(['Succeeded', EVIDENCE]);
    run.wait(301).call();
    expect(desired(run)).toEqual([]);
  });

  it.runIf(BY_OBJECTS).each(['Job.batch "x" is invalid: spec.template.labels: Invalid value', 'connection refused'])(
    'is lost as soon as the provider finds no Job and cannot make one: %s',
    (why) => {
      const run = withRights().run().fail('agentrun-job', `create failed: cannot create object: ${why}`).call();
      expect(run.status).toMatchObject({ phase: 'Failed', reason: 'WorkloadLost', message: `Job agentrun-${RUN_ID} is gone` });
      expect(desired(run)).toEqual(EVIDENCE);
      expect(desired(run.call())).toEqual([]);
    },
  );

  it('is not lost because the provider cannot look', () => {
    const run = withRights().run().fail('agentrun-job', 'observe failed: cannot get object: connection refused').call();
    expect([run.status.phase, run.status.reason]).toEqual(['Running', 'Running']);
  });

  it.each([
    ['another Job stands under its name', ['metadata'], { uid: 'another' }, 'is another one than was prepared'],
    [
      'it was started again between two looks',
      ['status'],
      { startTime: '2026-01-01T12:00:09Z' },
      'was started again by somebody, at 2026-01-01T12:00:09Z',
    ],
  ])('is lost when %s', (_, path, fields, message) => {
    const run = withRights().run();
    run.alterReal('agentrun-job', [...path], fields).call();
    expect(run.status).toMatchObject({ reason: 'WorkloadLost', message: `Job agentrun-${RUN_ID} ${message}` });
  });

  it('is lost, and has not succeeded, when the Job that has ended is one that somebody started again', () => {
    const run = withRights().run().wait(60);
    const condition = { type: 'Complete', status: 'True', reason: '', message: '', lastTransitionTime: run.time() };
    run.report('agentrun-job', { startTime: run.time(-9), completionTime: run.time(), conditions: [condition] }).call();
    expect([run.status.phase, run.status.reason, desiredRights(run)]).toEqual(['Failed', 'WorkloadLost', []]);
  });

  it('is lost when its Job is suspended before anybody saw when it started', () => {
    const run = withRights().released().call().settle();
    expect([run.status.startTime, isPinned(run)]).toEqual([undefined, true]);
    run.alterReal('agentrun-job', ['spec'], { suspend: true }).call();
    expect(run.status).toMatchObject({ reason: 'WorkloadLost', message: `Job agentrun-${RUN_ID} was suspended by somebody` });
  });

  it('is lost at once when the Object of the Job is gone, and never makes a second Job', () => {
    const run = withRights().run();
    run.objects.delete('agentrun-job');
    run.call();
    expect([run.status.reason, desired(run)]).toEqual(['WorkloadLost', ['agentrun-configmap']]);
    run.call();
    expect(desired(run)).toEqual([]);
    run.call().call();
    expect(desired(run)).toEqual([]);
  });
});

describe('a Pod that never ends', () => {
  const failing = (run: History) => [
    { type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded', lastTransitionTime: run.time() },
  ];

  it('is said to be on a dead node while it is being deleted', () => {
    const run = withRights().run().report('agentrun-job', { active: 0, terminating: 1 }).wait(60).call();
    expect(run.status).toMatchObject({
      phase: 'Running',
      reason: 'PodTerminating',
      message: `The Pod is being deleted, its node may be gone: kubectl describe job -n team-a agentrun-${RUN_ID}`,
    });
  });

  it('holds its run 5 minutes after the first end condition of its Job, and no longer', () => {
    const run = withRights().run().wait(960);
    const [started, ended] = [run.status.startTime, run.time()];
    run.report('agentrun-job', { active: 0, terminating: 1, startTime: started ?? '', conditions: failing(run) }).call();
    expect([run.status.phase, run.status.reason, desired(run)]).toEqual(['Running', 'Running', EVIDENCE]);
    expect([run.wait(3).call().status.reason, desired(run)]).toEqual(['Ending', EVIDENCE]);
    run.wait(-3);
    expect(run.wait(300).call().status.phase).toBe('Running');
    expect(run.wait(1).call().status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: expect.stringMatching(
        /^The agent did not end within its timeout; its Pod has not ended within 5 minutes, its node may be gone/,
      ),
      completionTime: ended,
    });
  });
});

describe('an end is final', () => {
  const suspend = (run: History) => run.alterReal('agentrun-job', ['spec'], { suspend: true });
  const complete = (run: History): History => {
    const condition = { type: 'Complete', status: 'True', reason: '', message: '', lastTransitionTime: run.time() };
    return run.report('agentrun-job', { startTime: run.time(), completionTime: run.time(), conditions: [condition] });
  };

  it.runIf(BY_OBJECTS).each<[string, () => History, string]>([
    [
      'whose log is kept for no time',
      () => complete(withRights().spec({ ttlSecondsAfterFinished: 0 }).run()),
      'Succeeded/Completed',
    ],
    ['whose Job was lost', () => suspend(withRights().run()), 'Failed/WorkloadLost'],
    ['that could not be prepared', () => withRights().call().fail('agentrun-role', 'no').wait(601), 'Failed/PrerequisiteFailed'],
  ])('of a run %s, also when the status is not written in the call that finds it', (_, prepare, end) => {
    const run = prepare();
    for (let time = 0; time < 3; time += 1) {
      run.callInVain().settle();
      expect([`${run.status.phase}/${run.status.reason}`, desiredRights(run)]).toEqual([end, []]);
      if (end === 'Succeeded/Completed') complete(run);
      if (end === 'Failed/WorkloadLost') suspend(run);
    }
    expect(run.call().last.ttlSeconds).toBe(1);
    expect([`${run.call().status.phase}/${run.status.reason}`, desired(run)]).toEqual([end, []]);
  });

  it('and so is its time', () => {
    const run = withRights().run().end('Complete').wait(60).call();
    expect(run.status.completionTime).toBe(run.time(-60));
  });

  it('also when the time of it was lost', () => {
    const run = withRights().run().end('Complete').call();
    const { completionTime: _, ...status } = objectAt(run.world.composite, 'status');
    run.world = { ...run.world, composite: { ...run.world.composite, status } };
    run.wait(60).call();
    expect([run.status.phase, run.status.completionTime, run.last.ttlSeconds]).toEqual(['Succeeded', run.time(-60), 5]);
    expect(run.settle().wait(10).call().last.ttlSeconds).toBe(230);
  });

  it.runIf(BY_OBJECTS)('and nothing is kept of a Job that somebody deletes after it', () => {
    const run = withRights().run().end('Complete').call();
    run.fail('agentrun-job', 'create failed: cannot create object: invalid').call();
    expect([run.status.phase, desired(run)]).toEqual(['Succeeded', []]);
  });
});

describe('RightsHeld', () => {
  const rights = ['agentrun-serviceaccount', 'agentrun-role', 'agentrun-rolebinding'];

  it.each([
    ['cancelled', (run: History) => run.spec({ cancel: true })],
    ['failed', (run: History) => run.wait(601)],
  ])('is true of what exists although no status was ever written, when the run is %s', (_, end) => {
    const run = withRights().callInVain();
    for (const key of [...run.objects.keys()]) if (!rights.includes(key)) run.objects.delete(key);
    end(run).call();
    expect([run.condition('RightsHeld'), isLooking(run)]).toEqual([expect.stringMatching(/^True/), true]);
    run.wait(3600).call();
    expect(run.condition('RightsHeld')).toMatch(/^True/);
    run.settle().call();
    expect(run.condition('RightsHeld')).toBe('False/Revoked');
  });

  it('is not believed to be false for some seconds, however empty the list is', () => {
    const run = withRights().spec({ cancel: true }).call();
    expect(run.condition('RightsHeld')).toBe('True/Stopping');
    expect([run.wait(4).call().condition('RightsHeld'), run.wait(1).call().condition('RightsHeld')]).toEqual([
      'True/Stopping',
      'False/Revoked',
    ]);
  });

  it('is false at once of a run that was refused, and true when something is there all the same', () => {
    const refused = new History({ composite: runXr({ nonsense: 1 }) }).call();
    expect([refused.condition('RightsHeld'), isLooking(refused)]).toEqual(['False/None', true]);
    expect([refused.call().condition('RightsHeld'), refused.last.requirements]).toEqual(['False/None', {}]);
    const object = withRights().call().objects.get('agentrun-serviceaccount') ?? {};
    const other = new History({ composite: runXr({ nonsense: 1 }) });
    other.leaving = [object];
    expect([other.call().status.phase, other.wait(10).call().condition('RightsHeld')]).toEqual(['Preparing', 'True/Revoking']);
  });

  it('takes back what is there and no composite refers to', () => {
    const run = withRights().run().spec({ cancel: true });
    const forgotten = run.objects.get('agentrun-serviceaccount') ?? {};
    run.objects.delete('agentrun-serviceaccount');
    run.leaving = [forgotten];
    run.call();
    run.leaving = [forgotten];
    expect(desired(run.wait(4).call())).toEqual([]);
    run.leaving = [forgotten];
    expect([desired(run.wait(1).call()), run.condition('RightsHeld')]).toEqual([['agentrun-serviceaccount'], 'True/Stopping']);
    const taken = run.last.resources.get('agentrun-serviceaccount')?.resource ?? {};
    expect(mayGrant(taken)).toBe(false);
    run.leaving = [];
    expect([desired(run.call()), run.condition('RightsHeld')]).toEqual([[], 'True/Stopping']);
    run.settle().wait(4).call();
    expect([run.condition('RightsHeld'), run.wait(1).call().condition('RightsHeld')]).toEqual(['True/Stopping', 'False/Revoked']);
  });

  it('waits for what is being deleted, and does not make it again', () => {
    const run = withRights().run().spec({ cancel: true }).call().wait(60);
    expect([desired(run.call()), run.condition('RightsHeld')]).toEqual([[], 'True/Stopping']);
  });

  it('takes back the rights that somebody wrote into an Object of a run that works', () => {
    const run = withRights().run();
    run
      .alterDesired('agentrun-role', [], {
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      })
      .call();
    expect([run.status.phase, desired(run), run.condition('RightsHeld')]).toEqual([
      'Running',
      TASK_PARTS.filter((key) => key !== 'agentrun-role'),
      'True/Revoking',
    ]);
    expect(run.settle().wait(5).call().condition('RightsHeld')).toBe('True/Held');
  });
});

describe('what is kept for its logs', () => {
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
    run.wait(5).call().call();
    expect([run.last.ttlSeconds, run.last.requirements]).toEqual([6 * 3600, {}]);
  });

  it('keeps them for good when it says keep, and goes when it is told to go after all', () => {
    const run = withRights().spec({ cleanup: 'keep' }).run().end('Complete').settle().wait(1_000_000).call();
    expect(desired(run)).toEqual(['agentrun-configmap', 'agentrun-job']);
    run.spec({ cleanup: 'delete' }).call();
    expect(desired(run)).toEqual([]);
  });
});

describe('how long Job and skills stay', () => {
  const ofPolicy = policyXr({ defaults: { cleanup: 'keep', ttlSecondsAfterFinished: 100 } });
  it.each<[string, JsonObject, JsonObject, JsonObject[], number]>([
    ['what is built in', {}, {}, [], 300],
    ['what the policy says', {}, {}, [ofPolicy], Number.POSITIVE_INFINITY],
    ['the time of the policy, where the run wants it to go', { cleanup: 'delete' }, {}, [ofPolicy], 100],
    ['the time of the instance', {}, { cleanup: 'delete', ttlSecondsAfterFinished: 50 }, [ofPolicy], 50],
    ['the time of the run', { ttlSecondsAfterFinished: 10 }, { cleanup: 'delete', ttlSecondsAfterFinished: 50 }, [ofPolicy], 10],
  ])('is %s', (_, spec, of, policies, seconds) => {
    const run = new History({
      composite: runXr({ skills: uses('tools'), ...spec }),
      cluster: [instanceXr(of), tools, ...policies],
    });
    run
      .run()
      .edit([instanceXr({ ttlSecondsAfterFinished: 1 }), tools])
      .end('Complete')
      .settle();
    const last = Number.isFinite(seconds) ? seconds - 1 : 1_000_000;
    expect(desired(run.wait(last).call())).toEqual(['agentrun-configmap', 'agentrun-job']);
    if (Number.isFinite(seconds)) expect(desired(run.wait(1).call())).toEqual([]);
  });
});

describe('a run that is cancelled', () => {
  it('drops rights and Job in one response, and stays cancelled', () => {
    const run = withRights().run().spec({ cancel: true }).call();
    expect([run.status.phase, desired(run), run.condition('RightsHeld')]).toEqual(['Cancelled', [], 'True/Stopping']);
    run.settle().wait(5).call();
    expect(run.condition('RightsHeld')).toBe('False/Revoked');
    run.spec({ cancel: false }).call();
    expect([run.status.phase, desired(run)]).toEqual(['Cancelled', []]);
  });

  it('does not undo an end that was observed', () => {
    const run = withRights().run().spec({ cancel: true }).end('Complete');
    expect(run.status.phase).toBe('Succeeded');
  });
});

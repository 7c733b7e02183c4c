/** A run whose Pod does not get ready: what it says without a look at the Pod, and how it ends. */
import { describe, expect, it } from 'vitest';
import { type JsonObject, objectAt } from '../../src/kube/json.ts';
import { desired, History, withRights } from '../support/history.ts';
import { RUN_ID, task } from '../support/packs.ts';
import { policyXr, uses } from '../support/request.ts';

const NO_POD = { startTime: 'at start' };
const UNREADY = { startTime: 'at start', active: 1, ready: 0 };
const POD = `kubectl describe pod -n team-a -l sympozium.ai/run=${RUN_ID}`;
const JOB = `kubectl describe job -n team-a agentrun-${RUN_ID}`;
const EVENTS = 'kubectl get events -n team-a';
const EVIDENCE = ['agentrun-configmap', 'agentrun-job'];

/** A run whose Job has started, and says this of its Pods. */
function startedWith(pods: JsonObject, run: History = withRights()): History {
  run.released();
  return run.report('agentrun-job', { ...pods, startTime: run.time() }).call();
}

/** A run that may take so long to start. */
const limited = (startTimeout: string): History => new History(task({ skills: uses('tools'), startTimeout }));

const told = ({ status: { phase, reason, message, startFailure } }: History) => ({ phase, reason, message, startFailure });

describe('a Pod that does not get ready', () => {
  it('is told, and why is kept in its own field', () => {
    const run = startedWith(UNREADY).wait(60).call();
    const [seen, message] = [run.time(), `The Pod is not ready, first seen so at ${run.time()}`];
    const startFailure = { reason: 'PodNotReady', message, since: seen };
    expect(told(run)).toEqual({ phase: 'Running', reason: 'PodNotReady', message: `${message}: ${POD}`, startFailure });
    expect(told(run.wait(300).call())).toEqual({
      phase: 'Running',
      reason: 'PodNotReady',
      message: `${message}: ${POD}`,
      startFailure,
    });
  });

  it('that was ready and is not any more ends no run, whatever its startTimeout', () => {
    const run = startedWith({ ...UNREADY, ready: 1 }, limited('30s'));
    expect(run.status.readyTime).toBe(run.time());
    run
      .report('agentrun-job', { ...UNREADY, startTime: run.status.startTime ?? '' })
      .wait(400)
      .call();
    const [since, message] = [run.time(), `The Pod was ready, and is not any more, first seen so at ${run.time()}`];
    const startFailure = { reason: 'PodNotReady', message, since };
    expect(told(run)).toEqual({ phase: 'Running', reason: 'Running', message: 'The Job has started', startFailure });
    expect(run.last.ttlSeconds).toBe(30);
    expect(told(run.wait(40).call())).toEqual({
      phase: 'Running',
      reason: 'PodNotReady',
      message: `${message}: ${POD}`,
      startFailure,
    });
    expect(told(run.wait(100).call())).toMatchObject({ phase: 'Running', reason: 'PodNotReady', startFailure });
    expect(run.wait(300).end('Failed', 'DeadlineExceeded').status.reason).toBe('DeadlineExceeded');
  });

  it('that was ready for a moment only, as one with a sidecar that crashes, was not', () => {
    const run = startedWith(UNREADY, limited('2m')).wait(70).call();
    const startTime = run.status.startTime ?? '';
    run.report('agentrun-job', { ...UNREADY, ready: 1, startTime }).call();
    expect([run.status.readyTime, run.status.startFailure]).toEqual([run.time(), undefined]);
    run
      .wait(2)
      .report('agentrun-job', { ...UNREADY, startTime })
      .call();
    expect([run.status.readyTime, run.status.startFailure?.since]).toEqual([undefined, run.time()]);
    expect(run.wait(60).call().status).toMatchObject({ phase: 'Failed', reason: 'StartTimeout' });
  });

  it('that was ready and is gone ends no run either', () => {
    const run = startedWith({ ...UNREADY, ready: 1 }, limited('30s'));
    run
      .report('agentrun-job', { ...NO_POD, startTime: run.status.startTime ?? '' })
      .wait(400)
      .call();
    expect(told(run)).toEqual({ phase: 'Running', reason: 'NoPod', message: `The Pod is gone: ${JOB}`, startFailure: undefined });
    expect(run.wait(100).call().status.phase).toBe('Running');
  });

  it('is told as ready once a minute has passed, so that a short run writes nothing for it', () => {
    const run = startedWith({ ...UNREADY, ready: 1 })
      .wait(59)
      .call();
    expect([run.status.readyTime, run.last.ttlSeconds]).toEqual([undefined, 1]);
    run.wait(1).call();
    const seen = run.time();
    expect(run.wait(100).call().status.readyTime).toBe(seen);
  });

  it('is forgotten once it is ready', () => {
    const run = startedWith(UNREADY).wait(70).call();
    run.report('agentrun-job', { ...UNREADY, ready: 1, startTime: run.status.startTime ?? '' }).call();
    expect(told(run)).toEqual({ phase: 'Running', reason: 'Running', message: 'The Job has started', startFailure: undefined });
  });

  it('that was never created is told after 30 seconds, and that it is there but not ready after that', () => {
    const run = startedWith(NO_POD).wait(30).call();
    const noPod = 'No Pod could be created, a quota or Pod Security may refuse it';
    expect(told(run)).toEqual({
      phase: 'Running',
      reason: 'NoPod',
      message: `${noPod}: ${JOB}`,
      startFailure: { reason: 'NoPod', message: noPod, since: run.time() },
    });
    run
      .report('agentrun-job', { ...UNREADY, startTime: run.status.startTime ?? '' })
      .wait(60)
      .call();
    expect(told(run)).toMatchObject({ reason: 'PodNotReady', startFailure: { reason: 'PodNotReady', since: run.time() } });
  });
});

describe('the end of a run whose Pod did not get ready', () => {
  it.each<[string, JsonObject, string, (since: string) => string]>([
    [
      'StartTimeout',
      UNREADY,
      'not ready',
      (since) =>
        `The Pod is not ready, first seen so at ${since}, and nothing tells that it got ready in its time; what became of it: ${EVENTS}`,
    ],
    [
      'NoPod',
      NO_POD,
      'never created',
      () => `No Pod could be created, a quota or Pod Security may refuse it; what became of it: ${EVENTS}`,
    ],
  ])('at the deadline of its Job is %s, with no log to look for: %s', (reason, pods, _, message) => {
    const run = startedWith(pods).wait(60).call();
    const since = run.time();
    const ended = run.wait(600).end('Failed', 'DeadlineExceeded').status;
    expect(ended).toMatchObject({ phase: 'Failed', reason, message: message(since), startFailure: { since } });
    expect(run.settle().call().status).toEqual(ended);
  });

  it('is at its startTimeout: the rights leave, and the Job', () => {
    const run = startedWith(UNREADY, limited('2m')).wait(60).call();
    const since = run.time();
    expect(run.wait(59).call().status.phase).toBe('Running');
    expect(run.last.ttlSeconds).toBe(1);
    run.wait(1).call();
    expect(told(run)).toMatchObject({
      phase: 'Failed',
      reason: 'StartTimeout',
      message: expect.stringContaining('nothing tells that it got ready in its time'),
      startFailure: { reason: 'PodNotReady', since },
    });
    expect(desired(run)).toEqual(EVIDENCE);
    expect(desired(run.call())).toEqual([]);
  });

  it('waits at least half of a short startTimeout for a word', () => {
    const run = startedWith(UNREADY, limited('30s')).wait(14).call();
    expect(run.status.reason).toBe('Running');
    expect(run.wait(1).call().status.reason).toBe('PodNotReady');
    expect(run.wait(39).call().status).toMatchObject({ phase: 'Running', reason: 'PodNotReady' });
    expect(run.wait(1).call().status).toMatchObject({ phase: 'Failed', reason: 'StartTimeout' });
  });

  it('comes no sooner than 40 seconds after it was first seen not ready, however late that is', () => {
    const run = startedWith(UNREADY, limited('2m')).wait(300).call();
    expect(told(run)).toMatchObject({ phase: 'Running', reason: 'PodNotReady' });
    expect(run.last.ttlSeconds).toBe(30);
    expect(run.wait(40).call().status).toMatchObject({ phase: 'Failed', reason: 'StartTimeout' });
  });

  it('is found again by a version that does not know what another one said', () => {
    const run = startedWith(UNREADY, limited('2m')).wait(70).call();
    const { startFailure: _, ...status } = objectAt(run.world.composite, 'status');
    run.world = { ...run.world, composite: { ...run.world.composite, status } };
    run.wait(30).call();
    expect(told(run)).toMatchObject({ reason: 'PodNotReady', startFailure: { since: run.time() } });
    expect(run.wait(40).call().status).toMatchObject({ phase: 'Failed', reason: 'StartTimeout' });
  });

  it('has no reason that a hand or another version made up', () => {
    const run = startedWith(UNREADY).wait(70).call();
    const startFailure = { reason: 'Completed', message: 'Well done', since: run.time() };
    const status = { ...objectAt(run.world.composite, 'status'), startFailure };
    run.world = { ...run.world, composite: { ...run.world.composite, status } };
    expect(told(run.wait(600).end('Failed', 'DeadlineExceeded'))).toMatchObject({ phase: 'Failed', reason: 'StartTimeout' });
  });

  it('does not come when the Pod is ready at last, however late', () => {
    const run = startedWith(UNREADY, limited('2m')).wait(100).call();
    run
      .report('agentrun-job', { ...UNREADY, ready: 1, startTime: run.status.startTime ?? '' })
      .wait(100)
      .call();
    expect(told(run)).toMatchObject({ phase: 'Running', reason: 'Running' });
    expect(run.wait(200).call().status.phase).toBe('Running');
  });
});

describe('startTimeout', () => {
  const phaseOf = (run: JsonObject, policy: JsonObject) => {
    const { status } = new History(task({ skills: uses('tools'), ...run }, policyXr(policy))).call();
    return [status.phase, status.reason, status.message];
  };

  it.each<[string, JsonObject, JsonObject, string]>([
    [
      'longer than a policy permits',
      { startTimeout: '5m' },
      { limits: { startTimeout: '2m' } },
      'spec.startTimeout: 300s is refused by limit',
    ],
    [
      'longer than a run may take, where nothing is said of the start,',
      { startTimeout: '1h' },
      { limits: { timeout: '10m' } },
      'spec.startTimeout: 3600s is refused by limit',
    ],
  ])('%s is refused', (_, run, policy, message) => {
    expect(phaseOf(run, policy)).toEqual(['Failed', expect.anything(), expect.stringContaining(message)]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['of a run', { startTimeout: '2m' }, {}],
    ['of the policy', {}, { defaults: { startTimeout: '2m' } }],
    ['of a limit', {}, { limits: { startTimeout: '2m' } }],
  ])('%s may be longer than the timeout, which is the agent’s', (_, run, policy) => {
    const short = { skills: uses('tools'), timeout: '1m', ...run };
    const history = startedWith(UNREADY, new History(task(short, policyXr(policy))));
    expect(history.wait(79).call().wait(40).call().status.phase).toBe('Running');
    expect(history.wait(1).call().status).toMatchObject({ phase: 'Failed', reason: 'StartTimeout' });
  });
});

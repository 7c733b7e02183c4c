/** The one look at the Pod of a run: when it is asked for, what comes of it, and what it never does. */
import { describe, expect, it } from 'vitest';
import { PART, POD_OF, RUN } from '../../src/api/labels.ts';
import { type JsonObject, objectAt } from '../../src/kube/json.ts';
import { POD, PODS } from '../../src/objects/pods.ts';
import { desired, desiredRights, History } from '../support/history.ts';
import { RUN_ID, task } from '../support/packs.ts';
import { configRef, policyXr, uses } from '../support/request.ts';
import { BY_OBJECTS, READER, VARIANT } from '../support/variant.ts';

const RESULTS = { results: { capture: 'Message' } };
const UNREADY = { active: 1, ready: 0 };
const JOB_UID = 'uid-of-agentrun-job';
const EVENTS = '; what became of it: kubectl get events -n team-a';

/** A Pod of the run, as whoever reads Pods shows it. */
function podOf(status: JsonObject, { spec = {}, owner = JOB_UID }: { spec?: JsonObject; owner?: string } = {}): JsonObject {
  const metadata = {
    name: 'pod-1',
    namespace: 'team-a',
    labels: { [RUN]: RUN_ID },
    ownerReferences: [{ uid: owner, controller: true }],
  };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'agent' }], ...spec }, status };
  if (!BY_OBJECTS) return pod;
  const { apiVersion, namespaced } = VARIANT.objects;
  const own = { name: `${RUN_ID}-1`, labels: { [POD_OF]: RUN_ID }, ...(namespaced && { namespace: 'team-a' }) };
  return { apiVersion, kind: 'Object', metadata: own, status: { atProvider: { manifest: pod } } };
}

const ended = (terminated: JsonObject): JsonObject => ({
  phase: 'Succeeded',
  containerStatuses: [{ name: 'agent', state: { terminated: { exitCode: 0, reason: 'Completed', ...terminated } } }],
});

const waiting = (reason: string, message: string): JsonObject => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'agent', state: { waiting: { reason, message } } }],
});

/** A run whose Pod somebody may look at. */
function watched(policy: JsonObject = RESULTS, spec: JsonObject = { skills: uses('tools') }, podStatus = READER): History {
  const world = task(spec, policyXr(policy));
  return new History({ ...world, input: { podStatus } });
}

const show = (run: History, ...pods: JsonObject[]): History => run.edit([...(run.world.cluster ?? []), ...pods]);

/** Whether a Pod is asked for, of whomever. */
const isLooking = (run: History): boolean => run.last.requirements[POD] !== undefined;

/** Ended, recorded, and everything that it held is gone. */
function withoutRights(run: History): History {
  run.settle().call();
  return run.wait(6).call().settle().call();
}

/** Somebody, or another version, takes a field of its status away, or changes it. */
function edit(run: History, fields: JsonObject, ...dropped: string[]): History {
  const status = { ...objectAt(run.world.composite, 'status'), ...fields };
  const left = Object.fromEntries(Object.entries(status).filter(([field]) => !dropped.includes(field)));
  run.world = { ...run.world, composite: { ...run.world.composite, status: left } };
  return run;
}

const finish = (run: History, type: 'Complete' | 'Failed' = 'Complete', reason = '', message = ''): History =>
  withoutRights(run.run().wait(20).end(type, reason, message));

describe('what the agent left', () => {
  it('is read once nothing is held, and then nobody looks any more', () => {
    const run = watched().run();
    const before = [isLooking(run)];
    run.wait(20).end('Complete');
    before.push(isLooking(run));
    run.settle().call();
    before.push(isLooking(run));
    expect([before, run.condition('RightsHeld')]).toEqual([[false, false, false], 'True/Revoking']);
    run.wait(6).call().settle().call();
    expect([run.condition('RightsHeld'), isLooking(run), run.last.ttlSeconds]).toEqual(['False/Revoked', true, 2]);
    show(run, podOf(ended({ message: '{"response":"Done","usage":{"totalTokens":7}}' }))).call();
    const seen = run.time();
    expect(run.status).toMatchObject({
      phase: 'Succeeded',
      reason: 'Completed',
      exitCode: 0,
      podName: 'pod-1',
      podObservedTime: seen,
      result: '{"response":"Done","usage":{"totalTokens":7}}',
      resultTruncated: false,
      usage: { totalTokens: 7 },
    });
    expect(run.last.results).toEqual([]);
    const told = run.status;
    expect([isLooking(run.wait(3).call()), run.status]).toEqual([false, told]);
  });

  it('is asked for as whoever carries the run reads it', () => {
    const run = finish(watched());
    const namespace = VARIANT.objects.namespaced ? { namespace: 'team-a' } : {};
    if (!BY_OBJECTS) {
      expect(run.last.requirements[POD]).toEqual({
        apiVersion: 'v1',
        kind: 'Pod',
        matchLabels: { [RUN]: RUN_ID },
        namespace: 'team-a',
      });
      expect(run.last.resources.has(PODS)).toBe(false);
      return;
    }
    const { apiVersion } = VARIANT.objects;
    expect(run.last.requirements[POD]).toEqual({ apiVersion, kind: 'Object', matchLabels: { [POD_OF]: RUN_ID }, ...namespace });
    expect(run.last.resources.get(PODS)).toEqual({
      ready: true,
      resource: {
        apiVersion: apiVersion.replace(/[^/]*$/, 'v1alpha1'),
        kind: 'ObservedObjectCollection',
        metadata: { name: RUN_ID, ...namespace },
        spec: {
          providerConfigRef: configRef('default'),
          observeObjects: { apiVersion: 'v1', kind: 'Pod', namespace: 'team-a', selector: { matchLabels: { [RUN]: RUN_ID } } },
          objectTemplate: { metadata: { labels: { [POD_OF]: RUN_ID } } },
        },
      },
    });
  });

  it.each<[string, () => History]>([
    ['where the platform permits it to nobody', () => finish(watched(RESULTS, { skills: uses('tools') }, 'None'))],
    ['where no policy wants it', () => finish(watched({}))],
    ['of a run that was cancelled', () => withoutRights(watched().run().spec({ cancel: true }).call())],
    [
      'of a run that was refused',
      () => withoutRights(watched(RESULTS, { skills: uses('tools'), timeout: '1h', startTimeout: '2h' }).call()),
    ],
    ['of a run whose Pod its Job has deleted', () => finish(watched(), 'Failed', 'DeadlineExceeded')],
  ])('is not asked for %s', (_, made) => {
    expect(isLooking(made())).toBe(false);
  });

  it('is not waited for longer than a minute, and keeps the Job for as long', () => {
    const run = finish(watched(RESULTS, { skills: uses('tools'), ttlSecondsAfterFinished: 0 }));
    expect([isLooking(run), desired(run).includes('agentrun-job')]).toEqual([true, true]);
    run.wait(BY_OBJECTS ? 60 : 30).call();
    expect([isLooking(run), desired(run).includes('agentrun-job')]).toEqual([false, false]);
    expect(run.status.podObservedTime).toBeUndefined();
  });

  it('is looked for also where Crossplane does not hear that its own status was written', () => {
    const run = watched().run().wait(20).end('Complete');
    run.settle().call();
    const before = run.world.composite;
    run.wait(6).call();
    expect([run.condition('RightsHeld'), isLooking(run), run.last.ttlSeconds]).toEqual(['False/Revoked', false, 2]);
    expect(before).not.toEqual(run.world.composite);
    expect(isLooking(run.wait(2).call())).toBe(true);
  });

  it('is not asked for in an answer that says that something is held', () => {
    const run = finish(watched());
    const role = run.leaving.find(({ kind }) => kind === 'Role') ?? {};
    expect(isLooking(run)).toBe(true);
    if (BY_OBJECTS) return;
    const { uid: _, ...metadata } = objectAt({ metadata: {}, ...role }, 'metadata');
    run.objects.set('agentrun-role', {
      ...role,
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: {
        ...metadata,
        name: `agentrun-${RUN_ID}`,
        namespace: 'team-a',
        labels: { [RUN]: RUN_ID, [PART]: 'agentrun-role' },
      },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    });
    run.call();
    expect([run.condition('RightsHeld'), isLooking(run)]).toEqual(['True/Revoking', false]);
  });

  it('is read before a Job that is kept for no time goes', () => {
    const run = finish(watched(RESULTS, { skills: uses('tools'), ttlSecondsAfterFinished: 0 }));
    show(run, podOf(ended({ message: 'Done' })))
      .call()
      .call();
    expect([run.status.result, desired(run).includes('agentrun-job')]).toEqual(['Done', false]);
  });

  it.each<[string, JsonObject]>([
    ['of another Job', podOf(ended({ message: 'Mine' }), { owner: 'uid-of-another' })],
    ['that has not ended', podOf({ phase: 'Running', containerStatuses: [{ name: 'agent', state: { running: {} } }] })],
    [
      'that is not the agent',
      podOf({ phase: 'Failed', containerStatuses: [{ name: 'other', state: { terminated: { exitCode: 1 } } }] }),
    ],
  ])('is not read of a container or a Pod %s', (_, pod) => {
    const run = show(finish(watched()), pod).call();
    expect([run.status.result, run.status.podObservedTime, isLooking(run)]).toEqual([undefined, undefined, true]);
  });

  it('is only what the policy said when the run was prepared', () => {
    const run = watched({ results: { capture: 'Usage' } }).run();
    run.edit([...(run.world.cluster ?? []).filter(({ kind }) => kind !== 'SympoziumPolicy'), policyXr(RESULTS)]);
    withoutRights(run.wait(20).end('Complete'));
    show(run, podOf(ended({ message: '{"secret":"word","usage":{"toolCalls":3}}' }))).call();
    expect([run.status.result, run.status.usage]).toEqual([undefined, { toolCalls: 3 }]);
  });
});

describe('an end that a look explains', () => {
  const failed = (code: number): string =>
    `Container agent for pod team-a/pod-1 failed with exit code ${code} matching FailJob rule at index 1`;

  it.each<[string, JsonObject, number, JsonObject, string, string]>([
    [
      'memory',
      {},
      137,
      { exitCode: 137, reason: 'OOMKilled' },
      'OutOfMemory',
      'The agent used more memory than it was given, and was killed',
    ],
    [
      'another kill',
      {},
      137,
      { exitCode: 137, reason: 'Error' },
      'AgentFailed',
      'The agent has failed with exit code 137 (killed, often for lack of memory or storage)',
    ],
    [
      'a command that is not there',
      {},
      128,
      { exitCode: 128, reason: 'StartError', message: 'exec: "nope": not found' },
      'PodFailed',
      'The agent could not be started: exec: "nope": not found',
    ],
    [
      'an error of its own',
      RESULTS,
      1,
      { exitCode: 1, reason: 'Error', message: 'No model' },
      'AgentFailed',
      'The agent has failed with exit code 1',
    ],
  ])('is of %s', (_, policy, code, terminated, reason, message) => {
    const run = finish(watched(policy), 'Failed', 'PodFailurePolicy', failed(code));
    expect([run.status.reason, isLooking(run)]).toEqual(['AgentFailed', true]);
    show(run, podOf({ ...ended(terminated), phase: 'Failed' })).call();
    const { phase, reason: found, message: said = '', exitCode } = run.status;
    expect([phase, found, said.split('; its log')[0], exitCode]).toEqual(['Failed', reason, message, code]);
    expect(said.includes('kubectl logs')).toBe(reason !== 'PodFailed');
    expect(run.call().call().status).toMatchObject({ phase: 'Failed', reason, message: run.status.message });
  });

  it('is of an eviction for what the Pod itself has written, which the Job does not tell', () => {
    const run = finish(watched({}), 'Failed', 'PodFailurePolicy', failed(137));
    const message = 'Usage of EmptyDir volume "workspace" exceeds the limit "1Gi". ';
    show(run, podOf({ ...ended({ exitCode: 137, reason: 'Error' }), phase: 'Failed', reason: 'Evicted', message })).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      exitCode: 137,
      message: 'The Pod was evicted from its node: Usage of EmptyDir volume "workspace" exceeds the limit "1Gi".',
    });
  });

  it('is of a node that refused the Pod', () => {
    const run = finish(watched({}), 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    expect([run.status.reason, isLooking(run)]).toEqual(['PodFailed', true]);
    show(run, podOf({ phase: 'Failed', reason: 'OutOfcpu', message: 'Node did not have enough resource: cpu' })).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'PodAdmissionFailed',
      message: 'The node refused the Pod: OutOfcpu: Node did not have enough resource: cpu',
    });
  });
});

describe('why a Pod does not get ready', () => {
  /** A run whose Job has started, so long ago, without a ready Pod. */
  function unready(seconds: number, run: History): History {
    run.released();
    run.report('agentrun-job', { ...UNREADY, startTime: run.time() }).call();
    return run.wait(seconds).call();
  }

  const free = { skills: uses('plain') };
  const PULL = podOf(waiting('ImagePullBackOff', 'Back-off pulling image "registry.invalid/none:1"'));
  const PULL_SAID = 'Container agent: ImagePullBackOff: Back-off pulling image "registry.invalid/none:1"';

  it('is told by a look a minute after the start, of a run that holds nothing or of which the provider tells', () => {
    const run = unready(60, watched({}, BY_OBJECTS ? { skills: uses('tools') } : free));
    const since = run.time();
    expect([run.status.reason, isLooking(run)]).toEqual(['PodNotReady', false]);
    run.wait(1).call();
    expect([isLooking(run), run.last.ttlSeconds]).toEqual([true, 2]);
    show(run, PULL).call();
    expect(run.status).toMatchObject({
      phase: 'Running',
      reason: 'ImagePullFailed',
      message: `${PULL_SAID}: kubectl describe pod -n team-a -l sympozium.ai/run=${RUN_ID}`,
      startFailure: { reason: 'ImagePullFailed', message: PULL_SAID, container: 'agent', since },
    });
    expect(isLooking(run.wait(1).call())).toBe(false);
    expect(run.wait(600).end('Failed', 'DeadlineExceeded').status).toMatchObject({
      reason: 'ImagePullFailed',
      message: PULL_SAID + EVENTS,
    });
  });

  it('is looked at for less than a minute, and then nothing is known', () => {
    const run = unready(60, watched({}, BY_OBJECTS ? { skills: uses('tools') } : free))
      .wait(1)
      .call();
    expect(isLooking(run)).toBe(true);
    expect(isLooking(run.wait(60).call())).toBe(false);
    expect(run.status.reason).toBe('PodNotReady');
  });

  it('is forgotten once the Pod is ready', () => {
    const run = show(
      unready(60, watched({}, BY_OBJECTS ? { skills: uses('tools') } : free))
        .wait(1)
        .call(),
      PULL,
    ).call();
    run.report('agentrun-job', { active: 1, ready: 1, startTime: run.status.startTime ?? '' }).call();
    expect([run.status.reason, run.status.startFailure]).toEqual(['Running', undefined]);
  });

  it.runIf(!BY_OBJECTS)('is looked at only after the rights have left, of a run that has any: it has failed by then', () => {
    const run = unready(60, watched({}, { skills: uses('tools'), startTimeout: '2m' }));
    const asked = [isLooking(run.wait(1).call()), isLooking(run.wait(59).call())];
    expect(asked).toEqual([false, false]);
    expect([run.status.phase, run.status.reason, desiredRights(run)]).toEqual(['Running', 'StartTimeout', []]);
    expect(desired(run)).toContain('agentrun-job');
    run.settle().call();
    expect([run.condition('RightsHeld'), isLooking(run)]).toEqual(['True/Revoking', false]);
    run.wait(6).call().call();
    expect([run.condition('RightsHeld'), isLooking(run)]).toEqual(['False/Revoked', true]);
    show(run, PULL).call();
    expect(run.status).toMatchObject({ phase: 'Failed', reason: 'ImagePullFailed', message: PULL_SAID + EVENTS });
    expect([desired(run.call()), isLooking(run)]).toEqual([[], false]);
  });

  it.runIf(!BY_OBJECTS).each<[string, (run: History) => History]>([
    ['the look finds nothing', (run) => run.settle().call().wait(6).call().wait(20).call()],
    ['its rights do not leave', (run) => run.wait(90).call()],
    ['nobody knows its limit any more', (run) => edit(run, {}, 'startFailure').call()],
  ])('ends without words of its own where %s', (_, pass) => {
    const run = pass(
      unready(60, watched({}, { skills: uses('tools'), startTimeout: '2m' }))
        .wait(60)
        .call(),
    );
    expect(run.status).toMatchObject({ phase: 'Failed', reason: 'StartTimeout' });
  });

  it('stays told of a sidecar that crashes and is ready for a moment', () => {
    const run = unready(60, watched({}, BY_OBJECTS ? { skills: uses('tools') } : free))
      .wait(1)
      .call();
    const crashed = { name: 'skill-plain', restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } };
    show(run, podOf({ phase: 'Running', initContainerStatuses: [crashed] })).call();
    const told = run.status;
    expect(told).toMatchObject({ reason: 'SidecarFailed', startFailure: { container: 'skill-plain' } });
    run.report('agentrun-job', { active: 1, ready: 1, startTime: told.startTime ?? '' }).call();
    expect(run.status).toEqual({ ...told, readyTime: run.time() });
    expect(run.last.ttlSeconds).toBe(15);
    expect(run.wait(2).end('Complete').status).toMatchObject({ phase: 'Succeeded', startFailure: told.startFailure });
  });

  it('is not told any more of a sidecar that works again', () => {
    const run = unready(60, watched({}, BY_OBJECTS ? { skills: uses('tools') } : free))
      .wait(1)
      .call();
    const crashed = { name: 'skill-plain', restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } };
    show(run, podOf({ phase: 'Running', initContainerStatuses: [crashed] })).call();
    run.report('agentrun-job', { active: 1, ready: 1, startTime: run.status.startTime ?? '' }).call();
    const { phase, reason, startFailure } = run.wait(15).call().status;
    expect([phase, reason, startFailure]).toEqual(['Running', 'Running', undefined]);
  });

  it.each<[string, JsonObject]>([
    ['has ended', { uncountedTerminatedPods: { succeeded: ['pod'] } }],
    ['is ready at last', { active: 1, ready: 1 }],
  ])('ends no run whose Pod %s, whatever was found before', (_, pods) => {
    const run = unready(60, watched({}, { ...(BY_OBJECTS ? { skills: uses('tools') } : free), startTimeout: '2m' }))
      .wait(1)
      .call();
    const crashed = { name: 'skill-plain', restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } };
    show(run, podOf({ phase: 'Running', initContainerStatuses: [crashed] })).call();
    run.wait(65).report('agentrun-job', { ...pods, startTime: run.status.startTime ?? '' });
    expect(run.call().status).toMatchObject({ phase: 'Running', reason: 'SidecarFailed' });
  });

  it('is no word of a Pod that was ready and whose agent ends well', () => {
    const run = watched({}, BY_OBJECTS ? { skills: uses('tools') } : free)
      .run()
      .wait(100)
      .call()
      .wait(20);
    run.report('agentrun-job', { ...UNREADY, startTime: run.status.startTime ?? '' }).call();
    expect(run.status).toMatchObject({ reason: 'Running', startFailure: { reason: 'PodNotReady' } });
    expect([isLooking(run.wait(1).call()), run.last.results]).toEqual([false, []]);
    const { phase, startFailure } = run.wait(10).end('Complete').status;
    expect([phase, startFailure]).toEqual(['Succeeded', undefined]);
  });

  it.runIf(BY_OBJECTS)('is the reason of the end at its startTimeout', () => {
    const run = show(
      unready(60, watched({}, { skills: uses('tools'), startTimeout: '2m' }))
        .wait(1)
        .call(),
      PULL,
    ).call();
    expect(run.wait(59).call().status).toMatchObject({ phase: 'Failed', reason: 'ImagePullFailed', message: PULL_SAID + EVENTS });
  });

  it('does not tell a credential that stands in the name of an image', () => {
    const said = `failed to pull https://joe:hunter2pass@registry.example/x`;
    const run = unready(60, watched({}, BY_OBJECTS ? { skills: uses('tools') } : free))
      .wait(1)
      .call();
    show(run, podOf(waiting('ErrImagePull', said))).call();
    expect(run.status.startFailure?.message).toBe(
      'Container agent: ErrImagePull: failed to pull https://joe:[redacted]@registry.example/x',
    );
  });
});

describe('a status that somebody wrote', () => {
  const unready = (): History => {
    const run = watched({}, { skills: uses(BY_OBJECTS ? 'tools' : 'plain'), startTimeout: '8m' }).released();
    return run
      .report('agentrun-job', { ...UNREADY, startTime: run.time() })
      .call()
      .wait(61)
      .call();
  };

  it('with a date that is none opens no look and ends no run', () => {
    const run = edit(unready(), { startFailure: { reason: 'PodNotReady', since: '2024-01-01T00:00:00+99:99' } });
    expect(isLooking(run.call())).toBe(false);
    expect(run.status).toMatchObject({ phase: 'Running', startFailure: { since: run.time() } });
  });

  it('with a failure without words gets some', () => {
    const run = edit(unready(), { startFailure: { reason: 'ImagePullFailed', since: unready().time() } }).call();
    expect(run.status.message).toMatch(/^The Pod is not ready: kubectl describe pod/);
  });

  it('is never longer than its schema permits, whatever a Pod says', () => {
    const run = unready().wait(1).call();
    const status = waiting('ErrImagePull', `\u{1F600}${'x'.repeat(5000)}`);
    const [container] = status['containerStatuses'] as JsonObject[];
    show(run, podOf({ ...status, containerStatuses: [{ ...container, name: 'n'.repeat(70) }] })).call();
    const { startFailure } = run.status;
    expect([startFailure?.reason, startFailure?.container?.length, (startFailure?.message ?? '').length]).toEqual([
      'ImagePullFailed',
      63,
      900,
    ]);
  });
});

describe('the input', () => {
  it('names whoever carries the runs', () => {
    const other = BY_OBJECTS ? 'Crossplane' : 'Provider';
    const run = watched({}, { skills: uses('tools') }, other);
    expect(() => run.call()).toThrow(`input.podStatus: needs compose: ${BY_OBJECTS ? 'Resources' : 'Objects'}, found ${other}`);
  });

  it('is the only thing that permits a look: a status that claims one asks for nothing', () => {
    const run = watched(RESULTS, { skills: uses('tools') }, 'None').run();
    edit(run, { startFailure: { reason: 'PodNotReady', since: run.time() } });
    expect(isLooking(run.call())).toBe(false);
  });
});

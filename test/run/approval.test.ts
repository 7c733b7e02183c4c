/** A run that a human has to approve: nothing of it exists before, and what was approved is what runs. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kube/json.ts';
import { ALWAYS, approvalOf, asking, CAUSE, COMMAND, decide, withoutApprovals } from '../support/approvals.ts';
import { desired, desiredRights, History } from '../support/history.ts';
import { RUN_ID, task } from '../support/packs.ts';
import { instanceXr, packXr, policyXr, respondComposed, runXr, uses } from '../support/request.ts';

describe('a run that has to be approved', () => {
  it('makes nothing, and shows everything that it would be given', () => {
    const run = asking();
    expect([...run.last.resources]).toEqual([]);
    expect(run.status).toEqual({
      phase: 'Pending',
      reason: 'ApprovalRequired',
      message: `${CAUSE}; ${COMMAND}`,
      runId: RUN_ID,
      approval: {
        state: 'Required',
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        contentDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        because: [{ rule: 'always', path: 'SympoziumPolicy spec.approval.mode', what: 'Always' }],
        rights: [
          {
            ...{ pack: 'tools', scope: 'Namespace', namespace: 'team-a' },
            ...{ apiGroups: [''], resources: ['pods'], verbs: ['get'] },
          },
          { pack: 'tools', scope: 'Cluster', apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
        ],
        skills: [{ pack: 'tools', version: '1.0.0', digest: expect.stringMatching(/^sha256:/) }],
        images: ['ghcr.io/sympozium-ai/sympozium/agent-runner:v0.10.46', 'tools:1'],
        requestedTime: '2026-01-01T12:00:00Z',
        expiryTime: '2026-01-02T12:00:00Z',
      },
    });
    expect([run.condition('Admitted'), run.condition('RightsHeld')]).toEqual(['Unknown/ApprovalRequired', 'False/None']);
    expect(run.last.ttlSeconds).toBe(60);
  });

  it('waits as long as the policy says, looks again when that is over, and asks in the meantime for the same', () => {
    const run = asking(policyXr({ approval: { mode: 'Always', timeout: '90m' } }));
    const { approval } = run.status;
    run.wait(90 * 60 - 20).call();
    expect([run.status.approval, run.last.ttlSeconds]).toEqual([approval, 21]);
    run.wait(21).call();
    expect(run.status).toMatchObject({
      phase: 'Failed',
      reason: 'ApprovalExpired',
      message: 'Nobody who may approve the run decided by 2026-01-01T13:30:00Z',
      approval: { state: 'Expired' },
    });
    expect([...run.last.resources]).toEqual([]);
    decide(run).call();
    expect(run.status.reason).toBe('ApprovalExpired');
  });

  it('begins when it is approved, and says by whom', () => {
    const run = decide(asking(), { reason: 'CHG-12' }).call();
    expect(desiredRights(run)).not.toEqual([]);
    expect(run.status).toMatchObject({ phase: 'Preparing', reason: 'CreatingObjects' });
    run.released();
    expect(run.status.approval).toEqual({
      state: 'Approved',
      digest: run.status.approval?.digest,
      because: [{ rule: 'always', path: 'SympoziumPolicy spec.approval.mode', what: 'Always' }],
      requestedTime: '2026-01-01T12:00:00Z',
      approver: 'anna',
      decisionTime: '2026-01-01T12:00:00Z',
      reason: 'CHG-12',
    });
  });

  it('counts an approval that was written in time, however late it is read', () => {
    const run = asking();
    const spec = approvalOf(run.status);
    run.wait(3 * 24 * 3600).edit([...(run.world.cluster ?? []), spec]);
    expect(run.call().status.phase).toBe('Preparing');
    const late = decide(asking(), {}, '2026-01-02T12:00:01Z').wait(3 * 24 * 3600);
    expect(late.call().status.reason).toBe('ApprovalExpired');
  });

  it('ends when it is denied, and never holds anything', () => {
    const run = decide(asking(), { decision: 'Denied', reason: 'not today' }).call();
    expect(run.status).toMatchObject({ phase: 'Failed', reason: 'ApprovalDenied', message: 'Denied by anna: not today' });
    expect([[...run.last.resources], run.condition('Admitted'), run.call().condition('RightsHeld')]).toEqual([
      [],
      'False/ApprovalDenied',
      'False/None',
    ]);
    run.edit(withoutApprovals(run)).call();
    expect(run.status).toMatchObject({ reason: 'ApprovalDenied', approval: { state: 'Denied', approver: 'anna' } });
  });

  it.each([
    ['of another run', { runId: 'run-00000000' }, 'AgentRunApproval run is of an earlier run'],
    [
      'of another content',
      { digest: `sha256:${'0'.repeat(64)}` },
      'AgentRunApproval run is of another content, of which something was changed since',
    ],
  ])('does not count an approval %s, and says what to do', (_, spec, words) => {
    const run = decide(asking(), spec).call();
    const remove = 'delete it first: kubectl delete agentrunapproval -n team-a run';
    expect(run.status.message).toBe(`${CAUSE}; ${words}; ${remove}; ${COMMAND}`);
    expect([...run.last.resources]).toEqual([]);
  });

  it('does not count an approval that somebody has deleted and something holds', () => {
    const run = asking();
    const approval = approvalOf(run.status);
    const metadata = { ...(approval['metadata'] as JsonObject), deletionTimestamp: '2026-01-01T12:00:01Z' };
    run.edit([...(run.world.cluster ?? []), { ...approval, metadata }]).call();
    expect([run.status.reason, run.last.resources.size]).toEqual(['ApprovalRequired', 0]);
  });

  it('waits no longer, whatever its status says of the time', () => {
    const run = asking();
    const times = { requestedTime: '9999-12-31T23:59:59Z', expiryTime: '9999-12-31T23:59:59Z' };
    const forged = { ...run.status, approval: { ...run.status.approval, ...times } };
    run.world = { ...run.world, composite: runXr({ skills: uses('tools') }, { status: forged as unknown as JsonObject }) };
    expect(run.call().status.approval).toMatchObject({
      requestedTime: '2026-01-01T12:00:00Z',
      expiryTime: '2026-01-02T12:00:00Z',
    });
  });

  it('takes no word of its status for an approval', () => {
    const run = asking();
    const forged = { ...run.status, approval: { ...run.status.approval, state: 'Approved', approver: 'mallory' } };
    run.world = { ...run.world, composite: runXr({ skills: uses('tools') }, { status: forged as unknown as JsonObject }) };
    run.call();
    expect([run.status.approval?.state, run.status.approval?.approver, run.last.resources.size]).toEqual([
      'Required',
      undefined,
      0,
    ]);
  });

  it('asks anew where its status has no time that can be read', () => {
    const run = asking();
    const forged = { ...run.status, approval: { ...run.status.approval, requestedTime: 'soon', expiryTime: '' } };
    run.world = { ...run.world, composite: runXr({ skills: uses('tools') }, { status: forged as unknown as JsonObject }) };
    const { requestedTime, expiryTime } = run.wait(60).call().status.approval ?? {};
    expect([requestedTime, expiryTime]).toEqual(['2026-01-01T12:01:00Z', '2026-01-02T12:01:00Z']);
  });

  it('asks again when a pack is edited before its Job is made, and takes back what was made', () => {
    const run = asking();
    const { digest } = run.status.approval ?? {};
    decide(run).call();
    // Crossplane applied some of it, and not the Job.
    for (const key of ['agentrun-job', 'agentrun-rolebinding']) run.objects.delete(key);
    const edited = packXr('tools', { version: '1.0.0', sidecar: { image: 'tools:2', rbac: [] } });
    run.wait(11).edit([edited, ...(run.world.cluster ?? []).filter(({ kind }) => kind !== 'SkillPack')]);
    run.settle().call().settle().call();
    expect(run.status).toMatchObject({ phase: 'Pending', reason: 'ApprovalRequired' });
    expect(run.status.message).toContain('of another content');
    expect(run.status.approval?.digest).not.toBe(digest);
    expect(desired(run)).toEqual([]);
    run.edit(withoutApprovals(run));
    decide(run).call().call();
    expect(run.status.phase).toBe('Preparing');
  });

  it('stays what it is once its Job is made, whatever becomes of pack and approval', () => {
    const run = decide(asking()).call();
    run.settle().call();
    const edited = packXr('tools', { sidecar: { image: 'tools:2' } });
    run.edit([instanceXr(), edited, ALWAYS]).settle().call().settle().call();
    expect(run.status.phase).not.toBe('Pending');
    expect(run.last.resources.has('agentrun-job')).toBe(true);
    const { approval } = run.status;
    expect(run.settle().call().status.approval).toEqual(approval);
  });

  it('does not ask when how long it stays afterwards is another', () => {
    const run = asking();
    decide(run).edit(
      (run.world.cluster ?? []).map((one) => (one['kind'] === instanceXr()['kind'] ? instanceXr({ cleanup: 'keep' }) : one)),
    );
    expect(run.call().status.phase).toBe('Preparing');
    expect(decide(asking()).spec({ ttlSecondsAfterFinished: 5 }).call().status.phase).toBe('Preparing');
  });

  it('goes on when the policy wants no approval any more', () => {
    const run = asking();
    run.edit([...(run.world.cluster ?? []).filter((one) => one !== ALWAYS), policyXr({ approval: { mode: 'Never' } })]).call();
    expect([run.status.phase, run.status.approval]).toEqual(['Preparing', undefined]);
  });

  it('can be cancelled', () => {
    const run = asking().spec({ cancel: true }).call();
    expect([run.status.phase, run.status.approval?.state]).toEqual(['Cancelled', 'Required']);
  });

  it('is refused by a guardrail before anybody is asked', () => {
    const denied = asking(policyXr({ approval: { mode: 'Always' }, limits: { timeout: '1m' } }));
    expect([denied.status.reason, denied.status.approval]).toEqual(['PolicyDenied', undefined]);
  });
});

describe('a policy that wants somebody else to approve', () => {
  const DISTINCT = policyXr({ approval: { mode: 'Always', distinct: true } });
  const by = (name: string | undefined): History => {
    const composite = runXr({ skills: uses('tools') });
    const annotations = name === undefined ? {} : { 'sympozium.ai/created-by': name };
    const metadata = { ...(composite['metadata'] as JsonObject), annotations };
    return new History({ ...task({}, DISTINCT), composite: { ...composite, metadata } }).call();
  };

  it('refuses a run that does not say who made it', () => {
    expect(by(undefined).status).toMatchObject({
      reason: 'InvalidSpec',
      message:
        'metadata.annotations[sympozium.ai/created-by]: must be your user name, because its policy wants it to be approved by somebody else (spec.approval.distinct), found nothing',
    });
  });

  it('takes from a server that serves what a policy refuses, whoever made it', () => {
    const run = new History(task({ skills: uses('web') }))
      .released()
      .report('agentrun-deployment', { availableReplicas: 1 })
      .call();
    const refusing = policyXr({ approval: { mode: 'Always', distinct: true }, packs: [{ name: 'web', namespaces: ['other'] }] });
    run.edit([...(run.world.cluster ?? []), refusing]).call();
    expect([run.status.phase, run.status.reason]).toEqual(['Serving', 'PolicyDenied']);
    expect(JSON.stringify(run.last.resources.get('agentrun-deployment'))).toContain('"replicas":0');
  });

  it('does not count the approval of who made the run', () => {
    expect(decide(by('anna')).call().status.message).toContain('may be of who made the run, and somebody else has to decide');
    expect(decide(by('ben')).call().status.phase).toBe('Preparing');
  });
});

describe('an approval', () => {
  it('says whether it can be read, and composes nothing', () => {
    const approval = approvalOf(asking().status);
    const { status, resources, requirements, ready } = respondComposed({ composite: approval });
    expect([status, [...resources], requirements, ready]).toEqual([
      { phase: 'Recorded', message: 'It can be read' },
      [],
      {},
      true,
    ]);
    const broken = { ...approval, spec: { decision: 'Maybe' } };
    expect(respondComposed({ composite: broken }).status).toMatchObject({ phase: 'Invalid' });
  });

  it('is looked for only where a policy may ask', () => {
    const { requirements } = new History(task({ skills: uses('tools') })).call().last;
    expect(Object.keys(requirements)).not.toContain('approval');
    expect(asking().last.requirements).toMatchObject({
      approval: { kind: 'AgentRunApproval', matchName: 'run', namespace: 'team-a' },
    });
  });
});

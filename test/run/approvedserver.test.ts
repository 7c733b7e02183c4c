/** A server that a human has to approve: what serves stays as it was approved, whatever becomes of its pack, until it is approved again. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kube/json.ts';
import { ALWAYS, CAUSE, COMMAND, decide, withoutApprovals } from '../support/approvals.ts';
import { desired, desiredRights, History } from '../support/history.ts';
import { task, web } from '../support/packs.ts';
import { packXr, runXr, uses } from '../support/request.ts';

describe('a server that has to be approved', () => {
  it('makes nothing for a status that says it serves, whatever a policy refuses of it', () => {
    const run = new History(task({ skills: uses('web') }, ALWAYS)).call();
    const forged = { ...run.status, phase: 'Serving', reason: 'Available', mode: 'server', startTime: '2026-01-01T12:00:00Z' };
    const composite = runXr(
      { skills: uses('web'), placement: { nodeSelector: { disk: 'ssd' } } },
      { status: forged as unknown as JsonObject },
    );
    run.world = { ...run.world, composite };
    expect([...run.call().last.resources]).toEqual([]);
    expect([...run.call().last.resources]).toEqual([]);
  });

  it('goes again when its approval is deleted before it was let start', () => {
    const run = new History(task({ skills: uses('web') }, ALWAYS)).call();
    decide(run).call();
    run.settle();
    run.wait(11).edit(withoutApprovals(run)).call();
    run.settle().call();
    expect([run.status.phase, run.status.reason, desired(run)]).toEqual(['Pending', 'ApprovalRequired', []]);
  });

  const edited = packXr('web', {
    sidecar: { image: 'web:2', requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }] },
  });
  const serving = (pack = web): History => {
    const run = new History(task({ skills: uses('web') }, ALWAYS)).call();
    run.edit([...(run.world.cluster ?? []).filter((one) => one !== web), pack]).call();
    return decide(run).released().report('agentrun-deployment', { availableReplicas: 1 }).call();
  };
  const cluster = ({ world }: History, pack: JsonObject) => [
    ...(world.cluster ?? []).filter(({ metadata }) => (metadata as JsonObject)['name'] !== 'web'),
    pack,
  ];

  it('stays as it is when its pack is edited, until that is approved too', () => {
    const run = serving();
    expect([run.status.phase, run.status.approval?.state]).toEqual(['Serving', 'Approved']);
    const before = run.last.resources.get('agentrun-deployment');
    run.edit(cluster(run, edited)).call().call();
    expect(run.status).toMatchObject({ phase: 'Serving', reason: 'Available', approval: { state: 'Required' } });
    expect(run.status.message).toBe(
      `The server is available, as it is. ${CAUSE}; AgentRunApproval run is of another content, of which something was changed since; ` +
        `delete it first: kubectl delete agentrunapproval -n team-a run; ${COMMAND}`,
    );
    expect(run.last.resources.get('agentrun-deployment')).toEqual(before);
    run.wait(30 * 24 * 3600).call();
    expect([run.status.phase, run.last.resources.get('agentrun-deployment')]).toEqual(['Serving', before]);
    run.edit(withoutApprovals(run));
    run.call();
    decide(run, {}, '2026-01-31T12:00:00Z').call();
    expect(JSON.stringify(run.last.resources.get('agentrun-deployment'))).toContain('web:2');
  });

  it('stays as it is when its approval is deleted, or denied', () => {
    const run = serving();
    const before = run.last.resources.get('agentrun-deployment');
    run.edit(withoutApprovals(run)).call();
    expect([run.status.phase, run.last.resources.get('agentrun-deployment')]).toEqual(['Serving', before]);
    decide(run, { decision: 'Denied' }).call();
    expect([run.status.phase, run.status.approval?.state, run.last.resources.get('agentrun-deployment')]).toEqual([
      'Serving',
      'Denied',
      before,
    ]);
  });

  it('loses everything when it is edited, not approved, and refused besides', () => {
    const reads = { rbac: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] };
    const own = (image: string, more: JsonObject): JsonObject =>
      packXr('web', { sidecar: { image, requiresServer: true, ports: [{ name: 'http', containerPort: 8080 }], ...more } });
    const run = serving(own('web:1', reads));
    expect(desiredRights(run)).not.toEqual([]);
    const shell = { rbac: [...reads.rbac, { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }] };
    run.edit(cluster(run, own('web:2', shell))).call();
    run.settle().call();
    expect([run.status.phase, run.status.reason, run.status.approval?.state]).toEqual(['Serving', 'PolicyDenied', 'Required']);
    expect(desiredRights(run)).toEqual(['agentrun-serviceaccount']);
    const stopped = JSON.stringify(run.last.resources.get('agentrun-deployment'));
    expect([stopped.includes('"replicas":0'), stopped.includes('web:1'), stopped.includes('web:2')]).toEqual([true, true, false]);
    // What is permitted again is not approved yet.
    run
      .edit(cluster(run, own('web:2', reads)))
      .settle()
      .call();
    expect(run.status).toMatchObject({ phase: 'Serving', reason: 'PolicyDenied', approval: { state: 'Required' } });
    expect(run.status.message).toContain('A policy refused something of it before. A human has to approve the run');
    expect(JSON.stringify(run.last.resources.get('agentrun-deployment'))).toBe(stopped);
    run.edit(withoutApprovals(run)).call();
    decide(run).call();
    const again = JSON.stringify(run.last.resources.get('agentrun-deployment'));
    expect([run.status.reason === 'PolicyDenied', again.includes('"replicas":1'), again.includes('web:2')]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

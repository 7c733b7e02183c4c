/** What a policy that isolates runs makes of the life of one: its network policy is there as it was planned, or the run is not. */
import { describe, expect, it } from 'vitest';
import { type JsonObject, listAt, objectAt, textAt, valueAt } from '../../src/kube/json.ts';
import { overlay } from '../../src/policy/effective.ts';
import { desired, desiredRights, History } from '../support/history.ts';
import { task } from '../support/packs.ts';
import { policyXr, uses } from '../support/request.ts';
import { BY_OBJECTS } from '../support/variant.ts';

const POLICY = 'agentrun-networkpolicy';
const network = { mode: 'Isolate', apiServer: { cidrs: ['10.0.0.1/32'] } };
/** With rights that any configuration makes. */
const isolated = (): History => new History(task({ skills: uses('plain') }, policyXr({ network })));

/** Writes into what carries the policy. */
function change(run: History, edit: (carried: JsonObject) => JsonObject): History {
  run.objects.set(POLICY, edit(run.objects.get(POLICY) ?? {}));
  return run;
}

const withMetadata = (object: JsonObject, metadata: JsonObject): JsonObject => ({
  ...object,
  metadata: { ...objectAt(object, 'metadata'), ...metadata },
});
const leaving = (carried: JsonObject): JsonObject => withMetadata(carried, { deletionTimestamp: '2026-01-01T12:00:00Z' });

function widened(carried: JsonObject): JsonObject {
  if (!BY_OBJECTS) return { ...carried, spec: { ...objectAt(carried, 'spec'), egress: [{}] } };
  const manifest = objectAt(carried, 'spec', 'forProvider', 'manifest');
  const wide = { ...manifest, spec: { ...objectAt(manifest, 'spec'), egress: [{}] } };
  return { ...carried, spec: { ...objectAt(carried, 'spec'), forProvider: { manifest: wide } } };
}

describe('the network policy of a task', () => {
  it('is an owner of its Job from the release on, and not before', () => {
    const run = isolated().call().settle();
    const ownersOf = () => {
      const job = run.objects.get('agentrun-job') ?? {};
      const manifest = BY_OBJECTS ? objectAt(job, 'spec', 'forProvider', 'manifest') : job;
      return listAt(manifest, 'metadata', 'ownerReferences').map((owner) => [
        textAt(owner, 'kind'),
        valueAt(owner, 'blockOwnerDeletion'),
      ]);
    };
    expect(ownersOf()).toEqual([]);
    run.call().call();
    expect(ownersOf()).toEqual([['NetworkPolicy', true]]);
  });

  it.each([
    ['gone', (run: History) => void run.objects.delete(POLICY)],
    ['being deleted', (run: History) => void change(run, leaving)],
    ['changed', (run: History) => void change(run, widened)],
  ])('that is %s while its run works ends it', (_, act) => {
    const run = isolated().run().wait(60);
    expect(run.call().status.phase).toBe('Running');
    act(run);
    expect(run.call().status).toMatchObject({
      phase: 'Failed',
      reason: 'WorkloadLost',
      message: expect.stringContaining('What its Pod may reach is not bounded as planned any more: agentrun-networkpolicy'),
    });
    expect(desiredRights(run)).toEqual([]);
    expect(desired(run.call()).filter((key) => key !== POLICY)).toEqual([]);
  });

  it('that is being deleted before the start keeps its run from starting', () => {
    const decidedBy = (run: History) => run.call().status.workloadUID;
    expect(decidedBy(isolated().call().settle())).toBe('uid-of-agentrun-job');
    expect(decidedBy(change(isolated().call().settle(), leaving))).toBeUndefined();
  });

  it('goes after what made the Pods of its run was told to go, and nothing is held', () => {
    const run = isolated().run().wait(60).spec({ cancel: true }).call();
    expect(desired(run)).toEqual([POLICY]);
    run.settle().call();
    expect([run.condition('RightsHeld'), desired(run), run.last.ttlSeconds]).toEqual(['True/Stopping', [POLICY], 5]);
    run.wait(6).call();
    expect([run.condition('RightsHeld'), desired(run.call())]).toEqual(['False/Revoked', []]);
  });
});

describe('the policy of a namespace over the default one', () => {
  it('says by itself which Pods answer for names: labels of two policies are no Pod’s', () => {
    const base = { network: { mode: 'Isolate', dns: { namespace: 'dns', podLabels: { a: 'b' } } } } as const;
    const over = { network: { dns: { podLabels: { c: 'd' } } } };
    expect(overlay(base, over)).toEqual({ network: { mode: 'Isolate', dns: { namespace: 'dns', podLabels: { c: 'd' } } } });
  });
});

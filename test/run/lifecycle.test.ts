/** What holds from the first object to the end. */
import { describe, expect, it } from 'vitest';
import type { Composed } from '../../src/call/response.ts';
import { type JsonObject, listAt, objectAt, valueAt } from '../../src/kube/json.ts';
import { desired as desiredBy, desiredRights, type History, withRights } from '../support/history.ts';
import { RUN_ID, TASK_PARTS, task, tools } from '../support/packs.ts';
import { configRef, instanceXr, packXr, policyXr, respond, respondComposed, runXr, uses } from '../support/request.ts';
import { BY_OBJECTS, VARIANT } from '../support/variant.ts';

describe('a run that is being prepared', () => {
  /** What the cluster makes of a response: Objects with names, defaults and the provider's word on them. */
  const observe = (response: Composed, conditions: (key: string) => JsonObject[]): Map<string, JsonObject> =>
    new Map(
      [...response.resources].map(([key, { resource }]) => [
        key,
        {
          ...resource,
          metadata: { ...objectAt(resource, 'metadata'), name: `run-${key}`, uid: key },
          spec: { managementPolicies: ['*'], deletionPolicy: 'Delete', watch: false, ...objectAt(resource, 'spec') },
          status: { conditions: conditions(key), atProvider: { manifest: { metadata: { uid: key } } } },
        },
      ]),
    );
  const READY = [
    { type: 'Synced', status: 'True' },
    { type: 'Ready', status: 'True' },
  ];
  const READ_NODES = [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }];
  const world = task({ skills: uses('tools') });
  const first = respondComposed(world);
  const withStatus = (status: object) => runXr({ skills: uses('tools') }, { status: status as JsonObject });

  const desired = (response: Composed) =>
    JSON.stringify([...response.resources].map(([key, { resource }]) => [key, resource]).sort());

  it.runIf(BY_OBJECTS)('is asked for again byte for byte, with only the fields we own', () => {
    const nothingSeen = observe(first, () => []);
    const again = respondComposed({ ...world, observed: nothingSeen, composite: withStatus(first.status) });
    expect(desired(again)).toBe(desired(first));
    expect(again.results).toEqual([]);
  });

  it('says what the provider cannot create, in its own words', () => {
    const observed = observe(first, (key) =>
      key === 'agentrun-clusterrole'
        ? [{ type: 'Synced', status: 'False', message: 'attempting to grant RBAC permissions not currently held' }]
        : READY,
    );
    const { status } = respondComposed({ ...world, observed, composite: withStatus(first.status) });
    expect(status).toMatchObject({
      phase: 'Preparing',
      reason: 'CannotCreate',
      message: `Cannot create ClusterRole agentrun:team-a:${RUN_ID}: attempting to grant RBAC permissions not currently held`,
    });
  });

  it.runIf(BY_OBJECTS).each([
    ['agentrun-rolebinding', 'agentrun-role'],
    ['agentrun-clusterrolebinding', 'agentrun-clusterrole'],
  ])('makes %s when %s is ready, and then for good', (binding, role) => {
    const policies = ({ resources }: Composed) => valueAt(resources.get(binding)?.resource, 'spec', 'managementPolicies');
    expect(policies(first)).toEqual(['Observe', 'Delete']);
    const observed = observe(first, (key) => (key === role ? READY : []));
    const second = respondComposed({ ...world, observed, composite: withStatus(first.status) });
    expect(policies(second)).toBeUndefined();
    const cluster = [...(world.cluster ?? []), policyXr({ nonsense: 1 })];
    const unreadable = respondComposed({ ...world, cluster, observed, composite: withStatus(first.status) });
    expect(policies(unreadable)).toEqual(['Observe', 'Delete']);
    const flickering = observe(second, () => []);
    expect(policies(respondComposed({ ...world, observed: flickering, composite: withStatus(second.status) }))).toBeUndefined();
  });

  it.runIf(BY_OBJECTS).each([
    ['its pack is gone', [instanceXr()]],
    ['its instance is gone', [tools]],
    ['its pack has become invalid', [instanceXr(), packXr('tools', { skills: [] })]],
    [
      'its pack now asks for what is refused',
      [instanceXr(), packXr('tools', { sidecar: { image: 'i', hostAccess: { enabled: true, hostNetwork: true } } })],
    ],
    [
      'its pack now asks for more rights',
      [
        instanceXr(),
        packXr('tools', {
          sidecar: {
            image: 'tools:1',
            rbac: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
            clusterRBAC: READ_NODES,
          },
        }),
      ],
    ],
    [
      'its pack has become a server',
      [
        instanceXr(),
        packXr('tools', { sidecar: { image: 'i', requiresServer: true, ports: [{ name: 'http', containerPort: 80 }] } }),
      ],
    ],
    ['its pack was edited', [instanceXr(), packXr('tools', { sidecar: { image: 'other:2' } })]],
  ])('stays as it is when %s after its Job exists', (_, cluster) => {
    const observed = observe(first, () => READY);
    const { status: latched } = respondComposed({ ...world, observed, composite: withStatus(first.status) });
    const prepared = respondComposed({ ...world, observed, composite: withStatus(latched) });
    const now = respondComposed({ composite: withStatus(latched), observed, cluster });
    expect(Object.fromEntries(now.resources)).toEqual(Object.fromEntries(prepared.resources));
    expect(now.status).toEqual(prepared.status);
    expect(now.conditions).toEqual(prepared.conditions);
  });

  it('gets a part that is still missing after its Job exists only if it is what the plan says', () => {
    const observed = observe(first, () => READY);
    observed.delete('agentrun-role');
    const again = (cluster: JsonObject[]) => respondComposed({ composite: withStatus(first.status), observed, cluster });
    expect(again([instanceXr(), tools]).resources.get('agentrun-role')).toEqual(first.resources.get('agentrun-role'));
    const rbac = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
    const edited = packXr('tools', { version: '1.0.0', sidecar: { image: 'tools:1', rbac, clusterRBAC: READ_NODES } });
    expect(again([instanceXr(), edited]).resources.has('agentrun-role')).toBe(false);
  });

  it('never gains rights by an edit of a pack that had none', () => {
    const before = task({ skills: uses('plain') });
    const prepared = respondComposed(before);
    const observed = observe(prepared, () => READY);
    const composite = runXr({ skills: uses('plain') }, { status: prepared.status as JsonObject });
    const edited = packXr('plain', { sidecar: { image: 'plain:1', clusterRBAC: READ_NODES } });
    const now = respondComposed({ composite, observed, cluster: [instanceXr(), edited] });
    expect([...now.resources.keys()].sort()).toEqual([...prepared.resources.keys()].sort());
  });

  it.runIf(BY_OBJECTS).each([
    ['no Object', { apiVersion: 'example.org/v1', kind: 'Bucket' }],
    ['an Object', { apiVersion: VARIANT.objects.apiVersion, kind: 'Object' }],
    ['an Object of another run', (first.resources.get('agentrun-configmap') as { resource: JsonObject }).resource],
  ])('leaves what another step composes alone, which is %s', (_, resource) => {
    const theirs = { ...resource, status: { conditions: [{ type: 'Synced', status: 'False', message: 'no credentials' }] } };
    const observed = new Map([...observe(first, () => READY), ['theirs', theirs as JsonObject]]);
    const now = respondComposed({ ...world, observed, composite: withStatus(first.status) });
    expect(now.resources.has('theirs')).toBe(false);
    expect(now.status).toMatchObject({ phase: 'Preparing', reason: 'CreatingObjects', workloadName: `agentrun-${RUN_ID}` });
    expect([...now.resources.values()].filter(({ ready }) => ready)).toHaveLength(7);
  });

  it('keeps what exists while a reference is missing and its Job does not exist yet', () => {
    const observed = observe(first, () => READY);
    observed.delete('agentrun-job');
    const now = respondComposed({ composite: withStatus(first.status), observed, cluster: [instanceXr()] });
    expect([...now.resources.keys()]).toEqual([...observed.keys()]);
    expect(now.status).toMatchObject({ phase: 'Preparing', reason: 'SkillPackNotFound' });
  });

  it.runIf(BY_OBJECTS)('is cancelled for good, and everything leaves', () => {
    const observed = observe(first, () => READY);
    const composite = runXr({ skills: uses('tools'), cancel: true }, { status: first.status as JsonObject });
    const cancelled = respondComposed({ ...world, observed, composite });
    expect([cancelled.status.phase, cancelled.resources.size]).toEqual(['Cancelled', 0]);
    expect(cancelled.conditions.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Admitted=True',
      'Prepared=False',
      'RightsHeld=True',
      'Succeeded=False',
      'Finished=True',
      'Reconciling=False',
    ]);
  });
});

describe('a run that is cancelled before it was judged', () => {
  it('was never admitted', () => {
    const { status, conditions } = respondComposed({ composite: runXr({ cancel: true, nonsense: 1 }) });
    expect(status.phase).toBe('Cancelled');
    expect(conditions[0]).toMatchObject({ type: 'Admitted', status: 'Unknown', reason: 'Cancelled' });
  });
});

describe('a terminal phase', () => {
  it.each(['Succeeded', 'Failed', 'Cancelled'])('%s stays, whatever the facts are now', (phase) => {
    const conditions = [{ type: 'RightsHeld', status: 'False', reason: 'Revoked' }];
    const status = {
      phase,
      reason: 'Whatever',
      message: 'As it was',
      completionTime: '2026-01-01T00:00:00Z',
      runId: RUN_ID,
      skills: [{ pack: 'tools' }],
    };
    const response = respondComposed({
      ...task({ skills: uses('tools') }),
      composite: runXr({ skills: uses('tools') }, { status: { ...status, conditions } as unknown as JsonObject }),
    });
    expect(response.status).toEqual(status);
    expect(response.resources.size).toBe(0);
    expect(response.results).toEqual([]);
    expect(response.ttlSeconds).toBe(6 * 3600);
  });

  it.each(['Running', 'Serving', 'Failed'])('%s without its times is never written with an empty time', (phase) => {
    const composite = runXr({}, { status: { phase, reason: 'r', message: 'm', workloadName: 'w', mode: 'server' } });
    const { status } = respondComposed({ ...task(), composite });
    expect(Object.values(status)).not.toContain('');
  });

  it('survives a status field of a newer version', () => {
    const status = {
      phase: 'Failed',
      reason: 'AgentFailed',
      message: 'm',
      completionTime: '2026-01-01T00:00:00Z',
      novelty: { a: 1 },
    };
    const response = respondComposed({ ...task(), composite: runXr({}, { status: status as unknown as JsonObject }) });
    expect(response.status.phase).toBe('Failed');
  });
});

/** As Crossplane says it on the composite of the very call. */
function openBreaker(run: History): History {
  const { composite } = run.world;
  const conditions = [
    ...listAt(composite, 'status', 'conditions'),
    { type: 'Responsive', status: 'False', reason: 'WatchCircuitOpen', message: 'too many watch events' },
  ];
  run.world = { ...run.world, composite: { ...composite, status: { ...objectAt(composite, 'status'), conditions } } };
  return run;
}

describe('the input', () => {
  it.runIf(BY_OBJECTS)('names the provider config and the time between calls', () => {
    const input = {
      apiVersion: 'skillpack.fn.crossplane.io/v1beta1',
      kind: 'Settings',
      providerConfigName: 'remote',
      ttl: { preparing: '1.5s' },
    };
    const response = respondComposed({ ...task(), input });
    for (const { resource } of response.resources.values())
      expect(valueAt(resource, 'spec', 'providerConfigRef')).toEqual(configRef('remote'));
    expect(response.ttlSeconds).toBe(2);
  });

  const BROKEN = { apiVersion: 'skillpack.fn.crossplane.io/v1beta1', kind: 'Settings', providerConfigNam: 'typo' };
  const PROBLEM = 'cannot read the function input: input.providerConfigNam: must not be set, found an unknown field';

  it('of another kind is fatal', () => {
    expect(respond({ ...task(), input: { apiVersion: 'v1', kind: 'ConfigMap' } })).toMatchObject({ kind: 'fatal' });
  });

  it.each(['', 'Pending'])('that cannot be read is fatal to a run that is not begun, in phase "%s"', (phase) => {
    const composite = runXr({ skills: uses('tools') }, { status: { phase } });
    expect(respond({ ...task(), composite, input: BROKEN })).toEqual({ kind: 'fatal', message: PROBLEM });
  });

  it('that cannot be read keeps no run that is begun from its end, and is told once', () => {
    const run = withRights().run();
    run.world = { ...run.world, input: BROKEN };
    run.call();
    expect([run.last.results, run.condition('SettingsValid'), desiredBy(run)]).toEqual([
      [{ severity: 'Warning', reason: 'InvalidInput', message: PROBLEM }],
      'False/InvalidInput',
      TASK_PARTS,
    ]);
    expect(run.call().last.results).toEqual([]);
    run.end('Complete');
    expect([run.status.phase, desiredRights(run)]).toEqual(['Succeeded', []]);
    const { input: _, ...mended } = run.world;
    run.world = mended;
    expect([run.call().condition('SettingsValid'), run.last.results]).toEqual(['True/Valid', []]);
  });

  it.runIf(BY_OBJECTS)('that cannot be read lets nothing start that a policy might have refused', () => {
    const run = withRights().call().settle();
    run.world = { ...run.world, input: BROKEN };
    run.objects.delete('agentrun-job');
    run.call().call();
    expect([run.status.phase, run.status.reason, desiredBy(run)]).toEqual([
      'Preparing',
      'PolicyNotFound',
      TASK_PARTS.filter((key) => key !== 'agentrun-job'),
    ]);
  });

  it.each<[string, (run: History) => History, number]>([
    ['in the first 30 seconds of preparing', (run) => run.call(), 3],
    ['while it is prepared', (run) => run.call().wait(30).call(), 10],
    ['in the first minute of its work', (run) => run.run().wait(50).call(), 5],
    ['when a Pod that is not ready is worth a word', (run) => run.run().wait(58).call(), 2],
    ['while it works', (run) => run.run().wait(60).call(), 30],
    ['while it works and the circuit breaker is open', (run) => openBreaker(run.run().wait(600)).call(), 2],
    ['while it is prepared and the circuit breaker is open', (run) => openBreaker(run.call().wait(60)).call(), 2],
    ['in the call that tells its end', (run) => run.run().end('Complete'), 1],
    ['until its rights are gone', (run) => run.run().end('Complete').wait(60).call(), 5],
    [
      'until its rights are gone and the circuit breaker is open',
      (run) => openBreaker(run.run().end('Complete')).wait(9).call(),
      2,
    ],
    [
      'when it is over, whatever the circuit breaker',
      (run) => openBreaker(run.run().end('Complete').settle().wait(5).call().wait(9)).call(),
      286,
    ],
  ])('is looked at %s', (_, play, seconds) => {
    expect(play(withRights()).last.ttlSeconds).toBe(seconds);
  });
});

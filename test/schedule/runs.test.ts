/** The AgentRuns of a schedule: how they are made, asked for again without a change, and dropped when the limits are reached. */
import { describe, expect, it } from 'vitest';
import { CLAIMS, NAMESPACED } from '../../src/api/kinds.ts';
import { composeInRounds } from '../../src/call/rounds.ts';
import { compose } from '../../src/function.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { active, answer, at, ended, minutesOf, runOf, wanted } from '../support/schedule.ts';

describe('a run', () => {
  it('is made of the template, in the name of whoever made the schedule', () => {
    const annotations = { 'sympozium.ai/created-by': 'anna', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    const pending = active('10:00:00', { pendingTick: at('09:00:00') });
    const { resources } = answer({ metadata: { annotations }, now: '09:00:02', status: pending });
    expect([...resources.values()]).toEqual([
      {
        ready: false,
        resource: {
          apiVersion: 'sympozium.ai/v1alpha1',
          kind: 'AgentRun',
          metadata: {
            name: `sweep-${minutesOf('09:00:00')}`,
            namespace: 'team-a',
            labels: { team: 'sre', 'sympozium.ai/schedule': 'sweep' },
            annotations: {
              'example.org/why': 'every hour',
              'sympozium.ai/scheduled-at': at('09:00:00'),
              'sympozium.ai/created-by': 'anna',
            },
          },
          spec: { instanceRef: 'sre', task: 'Look' },
        },
      },
    ]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['as a composite', { crossplane: { resourceRefs: [] } }, { 'sympozium.ai/made-as': `uid-${minutesOf('09:00:00')}` }],
    ['as a claim', { crossplane: null, resourceRef: { name: 'sweep-x7k2p' } }, { 'sympozium.ai/made-as': 'sweep-x7k2p' }],
  ])('is asked for as it is, whatever the template says by then: %s', (_, fields, annotations) => {
    const spec = { task: 'Another', cancel: false, ...fields };
    const runs = [
      runOf('09:00:00', 'Running', {
        spec: Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null)) as JsonObject,
      }),
    ];
    const [, observed = {}] = runs[0] ?? [];
    if (fields['crossplane'] === null) delete (observed['spec'] as JsonObject)['crossplane'];
    const { resources } = answer({ now: '09:30:00', status: active('10:00:00'), runs });
    expect([...resources.values()]).toEqual([
      {
        ready: true,
        resource: {
          apiVersion: 'sympozium.ai/v1alpha1',
          kind: 'AgentRun',
          metadata: { name: `sweep-${minutesOf('09:00:00')}`, namespace: 'team-a', labels: { team: 'sre' }, annotations },
          spec: { instanceRef: 'sre', task: 'Another' },
        },
      },
    ]);
  });

  it('goes beyond the limits, the oldest first, and only when the status says that it has ended', () => {
    const runs = ['04', '05', '06', '07'].map((hour) => runOf(`${hour}:00:00`, 'Succeeded'));
    const failed = ['02', '03'].map((hour) => runOf(`${hour}:00:00`, 'Failed'));
    const told = ended(
      ['04:00:00', 'Succeeded'],
      ['05:00:00', 'Succeeded'],
      ['06:00:00', 'Succeeded'],
      ['02:00:00', 'Failed'],
      ['03:00:00', 'Running'],
    );
    const response = answer({
      spec: { successfulRunsHistoryLimit: 1, failedRunsHistoryLimit: 0 },
      now: '08:31:00',
      status: active('09:00:00', { runs: told }),
      runs: [...runs, ...failed],
    });
    expect(wanted(response)).toEqual(['07:00', '06:00', '03:00']);
    expect(response.ttlSeconds).toBe(1);
    expect(response.status).toMatchObject({ lastSuccessfulTime: at('07:05:00') });
  });

  it('that was deleted and made again by an old answer is none', () => {
    const annotations = { 'sympozium.ai/made-as': 'uid-of-the-first' };
    const response = answer({
      now: '09:30:00',
      status: active('10:00:00'),
      runs: [runOf('09:00:00', 'Failed', { annotations })],
    });
    expect([wanted(response), (response.status as JsonObject)['runs']]).toEqual([[], undefined]);
  });

  it('is watched closely while the circuit breaker is open', () => {
    const conditions = [{ type: 'Responsive', status: 'False', reason: 'WatchCircuitOpen' }];
    const status = active('10:00:00', { conditions });
    expect(answer({ now: '09:30:00', status, runs: [runOf('09:00:00', 'Running')] }).ttlSeconds).toBe(2);
  });
});

describe('an AgentRun that says it was made as another one', () => {
  it.each([
    [NAMESPACED.agentRun, { metadata: { namespace: 'team-a', uid: 'second' } }, 'first', 'Failed'],
    [NAMESPACED.agentRun, { metadata: { namespace: 'team-a', uid: 'first' } }, 'first', 'Pending'],
    [CLAIMS.agentRun, { spec: { claimRef: { namespace: 'team-a', name: 'sweep-1' } } }, 'sweep-1-x7k2p', 'Failed'],
    [CLAIMS.agentRun, { spec: { claimRef: { namespace: 'team-a', name: 'sweep-1' } } }, 'sweep-1', 'Pending'],
  ])('%s: does not begin (%#)', (kind, more: { metadata?: JsonObject; spec?: JsonObject }, madeAs, phase) => {
    const annotations = { 'sympozium.ai/made-as': madeAs };
    const composite = {
      ...{ apiVersion: 'sympozium.ai/v1alpha1', kind },
      metadata: { name: 'sweep-1', uid: 'second', creationTimestamp: at('08:00:00'), ...more.metadata, annotations },
      spec: { instanceRef: 'sre', task: 'Look', ...more.spec },
    };
    const request = { composite, observed: new Map(), input: undefined, now: new Date(at('09:00:00')) };
    const response = composeInRounds(
      (one) => compose(one, { ttlSeconds: 60, requirePolicy: false }),
      request,
      () => [],
    );
    expect(response).toMatchObject({ status: { phase } });
  });
});

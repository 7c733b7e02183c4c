/** What a schedule answers in each situation. That it holds over days, while everything fails, schedules.test.ts shows. */
import { describe, expect, it } from 'vitest';
import { CLAIMS, NAMESPACED } from '../../src/api/kinds.ts';
import type { Request } from '../../src/call/request.ts';
import type { Response } from '../../src/call/response.ts';
import { composeInRounds } from '../../src/call/rounds.ts';
import { compose } from '../../src/function.ts';
import { type JsonObject, objectAt } from '../../src/kube/json.ts';

const UID = 'uid-of-sweep';
/** Ticks are on the hour. */
const at = (time: string): string => `2026-11-27T${time}Z`;
const minutesOf = (time: string): number => Date.parse(at(time)) / 60_000;

const SPEC = {
  schedule: '0 * * * *',
  runTemplate: {
    metadata: { labels: { team: 'sre' }, annotations: { 'example.org/why': 'every hour' } },
    spec: { instanceRef: 'sre', task: 'Look' },
  },
};
const SIGNATURE = '0 * * * * Etc/UTC';
const active = (next: string, more: JsonObject = {}): JsonObject => ({
  ...{ phase: 'Active', schedule: SIGNATURE, nextScheduleTime: at(next), skipped: 0 },
  ...more,
});

/** An AgentRun as it is observed. */
function runOf(time: string, phase?: string, more: { spec?: JsonObject; annotations?: JsonObject } = {}): [string, JsonObject] {
  const minutes = minutesOf(time);
  const status: JsonObject = phase === undefined ? {} : { phase };
  if (['Succeeded', 'Failed', 'Cancelled'].includes(phase ?? '')) status['completionTime'] = at(time.replace(':00:00', ':05:00'));
  const run = {
    apiVersion: 'sympozium.ai/v1alpha1',
    kind: 'AgentRun',
    metadata: {
      ...{ name: `sweep-${minutes}`, namespace: 'team-a', uid: `uid-${minutes}`, resourceVersion: '7' },
      labels: { team: 'sre', 'crossplane.io/composite': 'sweep' },
      annotations: { 'crossplane.io/composition-resource-name': `run-${minutes}`, ...more.annotations },
    },
    spec: { instanceRef: 'sre', task: 'Look', crossplane: { compositionRef: { name: 'agentrun' } }, ...more.spec },
    status,
  };
  return [`run-${minutes}`, run];
}

interface Situation {
  spec?: JsonObject;
  metadata?: JsonObject;
  status?: JsonObject;
  runs?: [string, JsonObject][];
  /** What Crossplane finds of what is asked for. */
  required?: JsonObject[] | 'nothing yet';
  now: string;
}

function answer({ spec = {}, metadata = {}, status = {}, runs = [], required = [], now }: Situation) {
  const composite = {
    apiVersion: 'sympozium.ai/v1alpha1',
    kind: 'AgentSchedule',
    metadata: { name: 'sweep', namespace: 'team-a', uid: UID, creationTimestamp: at('08:30:00'), ...metadata },
    spec: { ...SPEC, ...spec },
    status,
  };
  const request = { composite, observed: new Map(runs), input: undefined, now: new Date(at(now)) };
  const ask = (one: Request): Response => compose(one, { ttlSeconds: 60, requirePolicy: false });
  const response =
    required === 'nothing yet' ? ask({ ...request, required: new Map() }) : composeInRounds(ask, request, () => required);
  if (response.kind === 'fatal') throw new Error(response.message);
  return response;
}

/** The keys of the runs that shall exist, as the time of their tick; a star for one that is cancelled. */
const wanted = ({ resources }: ReturnType<typeof answer>): string[] =>
  [...resources].map(([key, { resource }]) => {
    const time = new Date(Number(key.slice('run-'.length)) * 60_000).toISOString().slice(11, 16);
    return objectAt(resource, 'spec')['cancel'] === true ? `${time}*` : time;
  });

const ended = (...names: [string, string][]): JsonObject[] =>
  names.map(([time, phase]) => ({ name: `sweep-${minutesOf(time)}`, tick: at(time), phase }));

describe('a tick', () => {
  const eight = Array.from({ length: 8 }, (_, index) => runOf(`0${index}:00:00`, 'Running'));
  it.each<[string, Situation, { runs: string[]; status: JsonObject; ttl: number; events?: string[] }]>([
    [
      'is waited for from the creation on',
      { now: '08:30:05' },
      { runs: [], status: { nextScheduleTime: at('09:00:00'), skipped: 0 }, ttl: 1615, events: ['Active'] },
    ],
    [
      'is waited for closely when it is near',
      { now: '08:59:45', status: active('09:00:00') },
      { runs: [], status: { nextScheduleTime: at('09:00:00'), skipped: 0 }, ttl: 16 },
    ],
    [
      'is written before anything is made of it',
      { now: '09:00:01', status: active('09:00:00') },
      { runs: [], status: { nextScheduleTime: at('10:00:00'), pendingTick: at('09:00:00'), skipped: 0 }, ttl: 1 },
    ],
    [
      'has its run when it is written',
      { now: '09:00:02', status: active('10:00:00', { pendingTick: at('09:00:00') }) },
      { runs: ['09:00'], status: { nextScheduleTime: at('10:00:00'), pendingTick: at('09:00:00'), skipped: 0 }, ttl: 1 },
    ],
    [
      'is over when its run is seen',
      { now: '09:00:03', status: active('10:00:00', { pendingTick: at('09:00:00') }), runs: [runOf('09:00:00')] },
      {
        runs: ['09:00'],
        status: { nextScheduleTime: at('10:00:00'), lastScheduleTime: at('09:00:00'), skipped: 0 },
        ttl: 60,
        events: ['Scheduled'],
      },
    ],
    [
      'is skipped while a run has not ended',
      { now: '10:00:01', status: active('10:00:00'), runs: [runOf('09:00:00', 'Running')] },
      {
        runs: ['09:00'],
        status: { nextScheduleTime: at('11:00:00'), skipped: 1, lastSkipped: { tick: at('10:00:00'), why: 'Active' } },
        ttl: 60,
        events: ['TickSkipped'],
      },
    ],
    [
      'may be one of eight',
      { spec: { concurrencyPolicy: 'Allow' }, now: '10:00:01', status: active('10:00:00'), runs: eight.slice(1) },
      {
        runs: ['07:00', '06:00', '05:00', '04:00', '03:00', '02:00', '01:00'],
        status: { nextScheduleTime: at('11:00:00'), pendingTick: at('10:00:00'), skipped: 0 },
        ttl: 1,
      },
    ],
    [
      'is not one of nine',
      { spec: { concurrencyPolicy: 'Allow' }, now: '10:00:01', status: active('10:00:00'), runs: eight },
      {
        runs: ['07:00', '06:00', '05:00', '04:00', '03:00', '02:00', '01:00', '00:00'],
        status: { nextScheduleTime: at('11:00:00'), skipped: 1, lastSkipped: { tick: at('10:00:00'), why: 'Active' } },
        ttl: 60,
        events: ['TickSkipped'],
      },
    ],
    [
      'cancels what it replaces first',
      {
        spec: { concurrencyPolicy: 'Replace' },
        now: '10:00:02',
        status: active('11:00:00', { pendingTick: at('10:00:00') }),
        runs: [runOf('09:00:00', 'Running')],
      },
      { runs: ['09:00*'], status: { nextScheduleTime: at('11:00:00'), pendingTick: at('10:00:00'), skipped: 0 }, ttl: 2 },
    ],
    [
      'has its run when that has ended, which stays cancelled',
      {
        spec: { concurrencyPolicy: 'Replace' },
        now: '10:00:09',
        status: active('11:00:00', { pendingTick: at('10:00:00') }),
        runs: [runOf('09:00:00', 'Cancelled', { spec: { cancel: true } })],
      },
      {
        runs: ['09:00*', '10:00'],
        status: { nextScheduleTime: at('11:00:00'), pendingTick: at('10:00:00'), skipped: 0 },
        ttl: 1,
      },
    ],
    [
      'is caught up, the last one of several',
      { now: '12:03:00', status: active('10:00:00') },
      {
        runs: [],
        status: {
          nextScheduleTime: at('13:00:00'),
          pendingTick: at('12:00:00'),
          skipped: 2,
          lastSkipped: { tick: at('11:00:00'), why: 'Deadline' },
        },
        ttl: 1,
        events: ['TickSkipped'],
      },
    ],
    [
      'is too late after the deadline',
      { now: '12:05:01', status: active('12:00:00') },
      {
        runs: [],
        status: { nextScheduleTime: at('13:00:00'), skipped: 1, lastSkipped: { tick: at('12:00:00'), why: 'Deadline' } },
        ttl: 2969,
        events: ['TickSkipped'],
      },
    ],
    [
      'is skipped quietly while the schedule is suspended',
      { spec: { suspend: true }, now: '12:00:10', status: active('12:00:00') },
      {
        runs: [],
        status: { nextScheduleTime: at('13:00:00'), skipped: 1, lastSkipped: { tick: at('12:00:00'), why: 'Suspended' } },
        ttl: 3600,
        events: ['Suspended'],
      },
    ],
    [
      'that was due while it was suspended has no run when it is not any more',
      { now: '12:00:10', status: active('12:00:00', { phase: 'Suspended' }) },
      {
        runs: [],
        status: { nextScheduleTime: at('13:00:00'), skipped: 1, lastSkipped: { tick: at('12:00:00'), why: 'Suspended' } },
        ttl: 3231,
        events: ['Active'],
      },
    ],
    [
      'counts from now on when the schedule is another one',
      { spec: { schedule: '30 * * * *' }, now: '12:00:10', status: active('11:00:00') },
      { runs: [], status: { nextScheduleTime: at('12:30:00'), schedule: '30 * * * * Etc/UTC', skipped: 0 }, ttl: 1611 },
    ],
  ])('%s', (_, situation, expected) => {
    const response = answer(situation);
    const { message, runs, active: names, ...status } = response.status as JsonObject;
    expect({
      runs: wanted(response),
      status,
      ttl: response.ttlSeconds,
      events: response.results.map(({ reason }) => reason),
    }).toEqual({
      events: [],
      ...expected,
      status: { schedule: SIGNATURE, phase: situation.spec?.['suspend'] === true ? 'Suspended' : 'Active', ...expected.status },
    });
  });
});

describe('a tick whose run is not seen until its deadline', () => {
  const key = `run-${minutesOf('09:00:00')}`;
  const late = { now: '09:06:00', status: active('10:00:00', { pendingTick: at('09:00:00') }) };
  const own = { metadata: { ownerReferences: [{ uid: UID, controller: true }] } };

  it('is looked for by its name first', () => {
    const { requirements, resources } = answer({ ...late, required: 'nothing yet' });
    const selector = {
      apiVersion: 'sympozium.ai/v1alpha1',
      kind: 'AgentRun',
      matchName: `sweep-${minutesOf('09:00:00')}`,
      namespace: 'team-a',
    };
    expect({ requirements, resources }).toEqual({ requirements: { [key]: selector }, resources: new Map() });
  });

  it.each<[string, JsonObject[], string[], number]>([
    ['is skipped when there is none', [], [], 1],
    [
      'is skipped when somebody else has one of that name',
      [{ metadata: { ownerReferences: [{ uid: 'another', controller: true }] } }],
      [],
      1,
    ],
    ['is skipped when nobody controls that', [{ metadata: { ownerReferences: [{ uid: UID }] } }], [], 1],
    ['is asked for again when it was made', [own], ['09:00'], 0],
  ])('%s', (_, found, runs, skipped) => {
    const response = answer({ ...late, required: found });
    expect({ runs: wanted(response), skipped: (response.status as JsonObject)['skipped'] }).toEqual({ runs, skipped });
    expect(Object.keys(response.requirements)).toEqual([key]);
  });

  it('is skipped too when the schedule was suspended before it was made', () => {
    const response = answer({ ...late, now: '09:00:02', spec: { suspend: true }, required: [] });
    expect(response.status).toMatchObject({
      phase: 'Suspended',
      skipped: 1,
      lastSkipped: { tick: at('09:00:00'), why: 'Suspended' },
    });
  });
});

describe('a status that somebody wrote', () => {
  const minutely = { spec: { ...SPEC, schedule: '* * * * *' } };
  it.each<[string, JsonObject, JsonObject]>([
    [
      'has counted to a tick of long ago',
      { nextScheduleTime: '1970-01-01T00:00:00Z' },
      { skipped: 0, pendingTick: at('09:00:00') },
    ],
    [
      'has counted to a tick of another age',
      { nextScheduleTime: '2999-01-01T00:00:00Z' },
      { skipped: 0, nextScheduleTime: at('10:00:00') },
    ],
    ['has a tick that is no minute', { nextScheduleTime: at('10:00:00'), pendingTick: at('09:00:30') }, { skipped: 0 }],
    ['has a tick of another age', { nextScheduleTime: at('10:00:00'), pendingTick: '3900-01-01T00:00:00Z' }, { skipped: 0 }],
    [
      'has a year that no status takes',
      { nextScheduleTime: at('10:00:00'), lastSuccessfulTime: '9999-12-31T23:59:59-12:00' },
      { skipped: 0 },
    ],
    ['has no numbers', { nextScheduleTime: 7, skipped: 'many', lastSkipped: [], runs: 'none' }, { skipped: 0 }],
  ])('%s', (_, written, expected) => {
    const response = answer({
      now: '09:00:02',
      metadata: { creationTimestamp: at('08:30:00') },
      status: { phase: 'Active', schedule: SIGNATURE, ...written },
    });
    const { lastSuccessfulTime, ...status } = response.status as JsonObject;
    expect([status, lastSuccessfulTime, wanted(response)]).toEqual([expect.objectContaining(expected), undefined, []]);
  });

  it('costs no more than the last week', () => {
    const old = { phase: 'Active', schedule: '* * * * * Etc/UTC', nextScheduleTime: '2020-01-01T00:00:00Z' };
    const metadata = { creationTimestamp: '2020-01-01T00:00:00Z' };
    const { status } = answer({
      spec: { ...minutely.spec, startingDeadlineSeconds: 86_400 },
      metadata,
      now: '09:00:02',
      status: old,
    });
    // A thousand from a week ago on, and those that can still have a run.
    expect(status).toMatchObject({ skipped: 1_000 + 24 * 60 - 1, pendingTick: at('09:00:00') });
  });
});

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

describe('a schedule that cannot be read', () => {
  it('says everything that is wrong, makes nothing, and keeps what was made', () => {
    const status = active('10:00:00', { lastScheduleTime: at('09:00:00'), skipped: 4 });
    const spec = {
      schedule: '0 0 30 2 *',
      timeZone: 'Europe/Nowhere',
      runTemplate: { spec: { instanceRef: 'Sre', cancel: true } },
    };
    const response = answer({ spec, now: '11:00:05', status, runs: [runOf('09:00:00', 'Running')] });
    const { message, runs, ...rest } = response.status as JsonObject;
    expect([wanted(response), rest, response.ready]).toEqual([
      ['09:00'],
      {
        ...active('10:00:00'),
        phase: 'Invalid',
        lastScheduleTime: at('09:00:00'),
        skipped: 4,
        active: [`sweep-${minutesOf('09:00:00')}`],
      },
      false,
    ]);
    for (const path of ['schedule', 'timeZone', 'runTemplate.spec.instanceRef', 'runTemplate.spec.cancel'])
      expect(message).toContain(`spec.${path}: `);
  });

  it('counts from now on when it can', () => {
    expect(answer({ now: '11:30:00', status: { phase: 'Invalid', skipped: 4 } }).status).toMatchObject({
      phase: 'Active',
      nextScheduleTime: at('12:00:00'),
      skipped: 4,
    });
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

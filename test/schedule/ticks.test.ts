/** What becomes of a tick: it has one run, or is skipped, and stands in the status before its run is asked for. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kube/json.ts';
import { active, answer, at, minutesOf, runOf, SIGNATURE, type Situation, UID, wanted } from '../support/schedule.ts';

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

/** A schedule whose spec or status cannot be believed. That schedules hold over days, while everything fails, schedules.test.ts shows. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kube/json.ts';
import { active, answer, at, minutesOf, runOf, SIGNATURE, SPEC, wanted } from '../support/schedule.ts';

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

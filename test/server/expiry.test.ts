/** A friend's connection lasts as long as its certificate. */
import { once } from 'node:events';
import { credentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callAt, systemClock } from '../../src/server/clock.ts';
import { createAuthority, issue, issueServer } from '../support/certificates.ts';
import { connect, startTestServer } from '../support/client.ts';
import { packXr } from '../support/request.ts';
import { openTls, sendHalf } from '../support/stream.ts';
import { TestClock } from './testclock.ts';

const REQUEST = { meta: { tag: 't' }, observed: { composite: { resource: packXr('a') }, resources: {} } };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const ends: [string, { certificate: number; authority: number }][] = [
  ['its certificate', { certificate: 5 * HOUR, authority: DAY }],
  ["its CA's certificate", { certificate: DAY, authority: 5 * HOUR }],
];

it.each(ends)(
  'the connection of a friend is closed when %s ends, after the calls in flight',
  async (_, { certificate, authority }) => {
    const ours = await createAuthority('CN=Crossplane', { to: authority });
    const pair = await issue(ours, { to: certificate });
    const others = await issue(ours, { to: DAY });
    // After what it is to see the end of: on a busy machine seconds pass between the two.
    const clock = new TestClock();
    const server = await startTestServer({ certificates: { ca: ours.cert, ...(await issueServer(ours)) }, clock });

    const session = openTls(server.port, ours, pair);
    const [told, closed] = [once(session, 'goaway'), once(session, 'close')];
    const before = sendHalf(session, REQUEST);
    clock.advance(4 * HOUR);
    expect(await sendHalf(session, REQUEST).finish()).toBe(status.OK);

    clock.advance(HOUR);
    await told;
    expect(await before.finish()).toBe(status.OK);
    await closed;

    const again = connect(`localhost:${server.port}`, credentials.createSsl(ours.cert, pair.key, pair.cert));
    await expect(again.runFunction(REQUEST)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    again.close();
    if (authority > certificate) {
      const other = connect(`localhost:${server.port}`, credentials.createSsl(ours.cert, others.key, others.cert));
      expect((await other.runFunction(REQUEST)).meta?.tag).toBe('t');
      other.close();
    }
    await server.stop(0);
  },
);

it('nothing is left of a friend who has gone', async () => {
  const ours = await createAuthority('CN=Crossplane');
  const clock = new TestClock();
  const server = await startTestServer({ certificates: { ca: ours.cert, ...(await issueServer(ours)) }, clock });
  const session = openTls(server.port, ours, await issue(ours));
  expect(await sendHalf(session, REQUEST).finish()).toBe(status.OK);
  expect(clock.pending).toBe(1);
  session.close();
  while (clock.pending > 0) await new Promise(setImmediate);
  await server.stop(0);
});

describe('an alarm', () => {
  afterEach(() => vi.useRealTimers());

  it('comes at its moment, also when that is further than a timer reaches, and once', () => {
    vi.useFakeTimers();
    const then = vi.fn();
    callAt(systemClock, new Date(Date.now() + 400 * DAY), then);
    vi.advanceTimersByTime(400 * DAY - 1);
    expect(then.mock.calls).toEqual([]);
    vi.advanceTimersByTime(400 * DAY);
    expect(then.mock.calls).toEqual([[]]);
  });

  it('comes at once for a moment that is over', () => {
    vi.useFakeTimers();
    const then = vi.fn();
    callAt(systemClock, new Date(0), then);
    vi.advanceTimersByTime(1);
    expect(then.mock.calls).toEqual([[]]);
  });

  it('does not come after it is cancelled, however late', () => {
    vi.useFakeTimers();
    const then = vi.fn();
    const alarm = callAt(systemClock, new Date(Date.now() + 400 * DAY), then);
    vi.advanceTimersByTime(300 * DAY);
    alarm.cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(400 * DAY);
    expect(then.mock.calls).toEqual([]);
  });

  it('keeps no process alive', () => {
    const alive = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = alive();
    const alarm = callAt(systemClock, new Date(Date.now() + DAY), () => {});
    expect(alive()).toBe(before);
    alarm.cancel();
  });
});

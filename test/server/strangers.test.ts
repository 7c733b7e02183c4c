/** What a client without a good certificate can take: one refusal, some seconds, few connections, little of the log. */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_CONNECTIONS, type RunningServer } from '../../src/server/server.ts';
import { MAX_UNPROVEN, UNPROVEN_MS } from '../../src/server/unproven.ts';
import { type Authority, createAuthority, issue, issueServer, type Pair } from '../support/certificates.ts';
import { connect, startTestServer } from '../support/client.ts';
import { readLog } from '../support/log.ts';
import { packXr } from '../support/request.ts';
import { encode, frame, HEADERS, openPlain, openTls, statusOf } from '../support/stream.ts';
import { TestClock } from './testclock.ts';

const REQUEST = { meta: { tag: 't' }, observed: { composite: { resource: packXr('a') }, resources: {} } };

let ours: Authority;
let serverPair: Pair;
let friendPair: Pair;
let clock: TestClock;
let log: ReturnType<typeof readLog>;
let server: RunningServer;

beforeAll(async () => {
  ours = await createAuthority('CN=Crossplane');
  [serverPair, friendPair] = await Promise.all([issueServer(ours), issue(ours)]);
});

beforeEach(async () => {
  clock = new TestClock();
  log = readLog();
  const certificates = { ca: ours.cert, ...serverPair };
  server = await startTestServer({ address: { host: undefined, port: 0 }, certificates, clock }, { log: log.log });
});

afterEach(() => server.stop(0));

/** A friend on a new connection is answered. What connected before it has been accepted by then. */
async function servesAFriend(): Promise<void> {
  const channel = credentials.createSsl(ours.cert, friendPair.key, friendPair.cert);
  const client = connect(`localhost:${server.port}`, channel);
  expect((await client.runFunction(REQUEST)).meta?.tag).toBe('t');
  client.close();
}

/** A connection that says nothing. */
async function openSilent(host = '127.0.0.1'): Promise<Socket> {
  const socket = connectTcp(server.port, host).on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

describe('a stranger who calls', () => {
  const ways: [string, (send: () => ClientHttp2Stream) => ClientHttp2Stream][] = [
    ['sends no message', (send) => send()],
    ['sends all of it', (send) => send().end(frame(encode(REQUEST)))],
    [
      'has more to send',
      (send) =>
        send().on('response', function more(this: ClientHttp2Stream) {
          this.write(Buffer.alloc(100));
        }),
    ],
    ['calls ten times at once', (send) => Array.from({ length: 10 }, send)[0] as ClientHttp2Stream],
  ];
  it.each(ways)('is refused and has its connection closed: it %s', async (_, call) => {
    const session = openTls(server.port, ours);
    const closed = once(session, 'close');
    expect(await statusOf(call(() => session.request(HEADERS, { endStream: false }).on('error', () => {})))).toBe(
      status.UNAUTHENTICATED,
    );
    await closed;
    await servesAFriend();
  });
});

describe('a stranger who stays', () => {
  const ways: [string, () => Promise<Socket | ClientHttp2Session>][] = [
    ['says nothing', openSilent],
    [
      'does not finish its handshake',
      async () => {
        const socket = await openSilent();
        socket.write(Buffer.from([22, 3, 1, 2, 0, 1, 0]));
        return socket;
      },
    ],
    [
      'calls nothing',
      async () => {
        const session = openTls(server.port, ours);
        await once(session, 'remoteSettings');
        return session;
      },
    ],
    [
      'speaks no HTTP/2',
      async () => {
        const socket = connectTls({ port: server.port, servername: 'localhost', ca: ours.cert, ALPNProtocols: ['h2'] });
        socket.on('error', () => {}).resume();
        await once(socket, 'secureConnect');
        return socket;
      },
    ],
  ];
  it.each(ways)('has its connection ended at the deadline: it %s', async (_, open) => {
    const connection = await open();
    const closed = once(connection, 'close');
    await servesAFriend();
    clock.advance(UNPROVEN_MS - 1);
    await servesAFriend();
    expect(connection.destroyed).toBe(false);
    clock.advance(1);
    await closed;
    await servesAFriend();
  });

  it('gains no time by what it sends', async () => {
    const session = openTls(server.port, ours);
    const closed = once(session, 'close');
    await once(session, 'remoteSettings');
    for (let second = 0; second < UNPROVEN_MS / 1000; second += 1) {
      await new Promise((resolve) => session.ping(resolve));
      clock.advance(1000);
    }
    await closed;
  });
});

it('a friend stays for longer than a stranger may', async () => {
  const session = openTls(server.port, ours, friendPair);
  const call = async () => statusOf(session.request(HEADERS).end(frame(encode(REQUEST))));
  expect(await call()).toBe(status.OK);
  clock.advance(2 * UNPROVEN_MS);
  expect(await call()).toBe(status.OK);
  session.destroy();
});

/** Opens connections one after the other. `ended` has the indices of those that the server has ended. */
async function openMany(count: number, open: () => Promise<Socket>) {
  const ended: number[] = [];
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = await open();
    sockets.push(socket.on('close', () => ended.push(index)));
  }
  const untilEnded = async (number: number): Promise<number[]> => {
    const open = sockets.filter((socket) => !socket.destroyed);
    while (ended.length < number) await Promise.race(open.map((socket) => once(socket, 'close')));
    return ended;
  };
  return { untilEnded, close: () => sockets.map((socket) => socket.destroy()) };
}

const firstOf = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('many strangers', () => {
  it('have few connections: the oldest makes room, and a friend comes in', async () => {
    const strangers = await openMany(MAX_UNPROVEN + 20, openSilent);
    expect(await strangers.untilEnded(20)).toEqual(firstOf(20));
    await servesAFriend();
    strangers.close();
  });

  it('keep nobody out who comes from another address, however slow', async () => {
    const slow = await openSilent('::1');
    slow.pause();
    const strangers = await openMany(MAX_UNPROVEN + 20, openSilent);
    expect(await strangers.untilEnded(21)).toEqual(firstOf(21));
    const socket = connectTls({ socket: slow, servername: 'localhost', ca: ours.cert, ...friendPair, ALPNProtocols: ['h2'] });
    const session = connectHttp2('https://localhost', { createConnection: () => socket }).on('error', () => {});
    expect(await statusOf(session.request(HEADERS).end(frame(encode(REQUEST))))).toBe(status.OK);
    session.destroy();
    strangers.close();
  });

  it('have a line of the log a second, with the number of those it stands for', async () => {
    const refuse = async (): Promise<void> => {
      const session = openTls(server.port, ours);
      await statusOf(session.request(HEADERS));
      session.destroy();
    };
    const line = { level: 40, peer: '::ffff:127.0.0.1', reason: 'no client certificate', msg: 'client refused' };
    for (let index = 0; index < 5; index += 1) await refuse();
    clock.advance(999);
    await refuse();
    clock.advance(1);
    clock.advance(1000);
    await refuse();
    expect([await log.next(), await log.next(), await log.next()]).toEqual([line, { ...line, suppressed: 4 }, line]);
  });
});

it('without certificates there are as many connections as there may be, and those that are too many are told of', async () => {
  const { log, next } = readLog();
  const plain = await startTestServer({}, { log });
  const sessions = firstOf(MAX_CONNECTIONS).map(() => openPlain(plain.port));
  await Promise.all(sessions.map((session) => once(session, 'remoteSettings')));
  const late = openPlain(plain.port);
  await once(late, 'close');
  expect(await next()).toEqual({ level: 40, peer: expect.any(String), msg: 'connection dropped, there are too many' });
  await plain.stop(0);
});

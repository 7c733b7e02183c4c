import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CallCounter } from '../../src/server/calls.ts';
import { NOT_SERVING, SERVICE_UNKNOWN, SERVING } from '../../src/server/health.ts';
import type { RunningServer } from '../../src/server/server.ts';
import { type Authority, createAuthority, issue, issueServer, type Pair } from '../support/certificates.ts';
import { connect, startTestServer, type TestClient } from '../support/client.ts';
import { packXr } from '../support/request.ts';
import { HEADERS, openPlain, sendHalf } from '../support/stream.ts';

const MIB = 1024 * 1024;
const REQUEST = { meta: { tag: 't' }, observed: { composite: { resource: packXr('a') }, resources: {} } };

let server: RunningServer | undefined;
let client: TestClient | undefined;

afterEach(async () => {
  client?.close();
  await server?.stop(0);
  server = undefined;
  client = undefined;
});

/** A server that has begun to read a call. */
async function startWithHalfACall() {
  const calls = new CallCounter();
  const running = await startTestServer({ interceptors: [calls.intercept] });
  const health = connect(`127.0.0.1:${running.port}`);
  const half = sendHalf(openPlain(running.port), REQUEST);
  while (calls.count === 0) await health.check({ service: '' });
  return { running, health, half };
}

describe('without transport security', () => {
  it.each(['127.0.0.1', '[::1]'])('answers on %s', async (host) => {
    server = await startTestServer();
    client = connect(`${host}:${server.port}`);
    const rsp = await client.runFunction(REQUEST);
    expect(Object.keys(rsp.desired?.resources ?? {})).toEqual(['skillpack-configmap']);
  });

  it('tells its health, for the whole and for the service', async () => {
    server = await startTestServer();
    client = connect(`127.0.0.1:${server.port}`);
    expect(await client.check({ service: '' })).toEqual({ status: SERVING });
    expect(await client.check({ service: 'apiextensions.fn.proto.v1.FunctionRunnerService' })).toEqual({ status: SERVING });
    await expect(client.check({ service: 'other' })).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('tells a watcher when it stops, and one of an unknown service that it is', async () => {
    const running = await startTestServer();
    client = connect(`127.0.0.1:${running.port}`);
    const [ours, other] = [client.watch({ service: '' }), client.watch({ service: 'other' })];
    expect([await ours.next(), await other.next()]).toEqual([SERVING, SERVICE_UNKNOWN]);
    const last = ours.next();
    // Watchers are ended with it: the grace is longer than the test may take.
    await running.stop(60_000);
    expect(await last).toBe(NOT_SERVING);
  });

  it('takes a request of several MiB, refuses one over the limit, and goes on', async () => {
    server = await startTestServer({ maxReceiveBytes: 8 * MIB });
    client = connect(`127.0.0.1:${server.port}`);
    const withContext = (bytes: number) => ({ ...REQUEST, context: { big: 'x'.repeat(bytes) } });
    await expect(client.runFunction(withContext(9 * MIB))).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    // The context comes back, and the client takes 4 MiB at most.
    expect((await client.runFunction(withContext(3 * MIB))).context?.['big']).toHaveLength(3 * MIB);
  });

  it('finishes a call that has only half come when it is told to stop, and takes no other', async () => {
    const { running, health, half } = await startWithHalfACall();
    const stopped = running.stop(5000);
    expect(await half.finish()).toBe(status.OK);
    await stopped;
    await expect(health.check({ service: '' })).rejects.toMatchObject({ code: status.UNAVAILABLE });
    health.close();
  });

  it('does not wait longer than it may for the other half', async () => {
    const { running, health, half } = await startWithHalfACall();
    await running.stop(0);
    expect(await half.finish()).not.toBe(status.OK);
    health.close();
  });

  it('says in one line that a port is in use', async () => {
    server = await startTestServer();
    const { port } = server;
    await expect(startTestServer({ address: { host: '127.0.0.1', port } })).rejects.toThrow(
      new RegExp(`^cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`),
    );
  });
});

describe('with certificates', () => {
  // Crossplane's client certificate has the subject of its CA.
  const CROSSPLANE = 'CN=Crossplane, O=Crossplane, C=XX';
  let ours: Authority;
  let other: Authority;
  let serverPair: Pair;

  beforeAll(async () => {
    [ours, other] = await Promise.all([createAuthority(CROSSPLANE), createAuthority(CROSSPLANE)]);
    serverPair = await issueServer(ours);
  });

  const clients: [string, () => Promise<Pair | undefined>, boolean][] = [
    ["serves Crossplane's own certificate, which has the subject of its CA", () => issue(ours), true],
    ['serves an ordinary certificate of the CA', () => issue(ours, { subject: 'CN=someone' }), true],
    ['refuses a client without a certificate', async () => undefined, false],
    ["refuses a stranger's certificate", () => issue(other, { subject: 'CN=someone' }), false],
    ['refuses a stranger who copies the subject of the CA', () => issue(other), false],
    ['refuses an expired certificate', () => issue(ours, { to: -1000 }), false],
    ['refuses a certificate that is not valid yet', () => issue(ours, { from: 3_600_000, to: 7_200_000 }), false],
    ['refuses a certificate made for servers', () => issue(ours, { usage: '1.3.6.1.5.5.7.3.1' }), false],
  ];

  it.each(clients)('%s', async (_, clientPair, served) => {
    server = await startTestServer({ certificates: { ca: ours.cert, ...serverPair } });
    const pair = await clientPair();
    client = connect(`localhost:${server.port}`, credentials.createSsl(ours.cert, pair?.key ?? null, pair?.cert ?? null));
    if (served) {
      expect((await client.runFunction(REQUEST)).meta?.tag).toBe('t');
      expect(await client.check({ service: '' })).toEqual({ status: SERVING });
    } else {
      await expect(client.runFunction(REQUEST)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
      await expect(client.check({ service: '' })).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    }
  });

  it('does not read what a stranger sends', async () => {
    server = await startTestServer({ certificates: { ca: ours.cert, ...serverPair } });
    const socket = connectHttp2(`https://localhost:${server.port}`, { ca: ours.cert });
    const call = socket.request(HEADERS, { endStream: false });
    call.on('error', () => {});
    // The answer comes although no byte of the message was sent.
    const [headers] = await once(call, 'response');
    expect(headers['grpc-status']).toBe(String(status.UNAUTHENTICATED));
    call.close();
    socket.destroy();
  });

  it('does not answer in plain text', async () => {
    server = await startTestServer({ certificates: { ca: ours.cert, ...serverPair } });
    client = connect(`127.0.0.1:${server.port}`);
    await expect(client.runFunction(REQUEST)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });
});

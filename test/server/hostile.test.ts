/** Whatever a socket can send: the process lives, answers the next call, and keeps nothing. */
import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Severity } from '@crossplane-org/function-sdk-typescript';
import { credentials, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs/minimal.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/kube/json.ts';
import { CallCounter } from '../../src/server/calls.ts';
import type { RunningServer, ServerOptions } from '../../src/server/server.ts';
import { MAX_DEPTH, writeStruct } from '../../src/server/wire/struct.ts';
import { createAuthority, issue, issueServer } from '../support/certificates.ts';
import { connect, startTestServer, type TestClient } from '../support/client.ts';
import { readDocuments } from '../support/project.ts';
import { instanceXr, packXr, policyXr, runXr, uses } from '../support/request.ts';
import { encode, frame, HEADERS, statusOf, withStream } from '../support/stream.ts';

const MIB = 1024 * 1024;
const REQUEST = { meta: { tag: 't' }, observed: { composite: { resource: packXr('a') }, resources: {} } };

let server: RunningServer;
let calls: CallCounter;
let client: TestClient;

async function start(options: Partial<ServerOptions> = {}): Promise<void> {
  calls = new CallCounter();
  server = await startTestServer({ interceptors: [calls.intercept], ...options });
  client = connect(`127.0.0.1:${server.port}`);
}

afterEach(async () => {
  client.close();
  await server.stop(0);
});

async function answers(): Promise<void> {
  expect((await client.runFunction(REQUEST)).meta?.tag).toBe('t');
  expect(calls.count).toBe(0);
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** MiB in use. */
function heap(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MIB;
}

/** Resolves when what happened has left nothing worth speaking of; it has until the end of the test. */
async function untilMemoryIsBack(before: number): Promise<void> {
  while (heap() - before > 8) await client.check({ service: '' });
}

/** Resolves when no call is in flight; each look is a call of the health service, so nothing sleeps. */
async function untilIdle(): Promise<void> {
  while (calls.count > 0) await client.check({ service: '' });
}

describe('what is no request', () => {
  it('is INVALID_ARGUMENT with the reason', async () => {
    await start();
    const code = await withStream(server.port, (stream) => {
      stream.end(frame(Uint8Array.from([15, 255, 255])));
      return statusOf(stream);
    });
    expect(code).toBe(status.INVALID_ARGUMENT);
    await answers();
  });

  it('is not answered by half: a frame that is cut off, or is longer than it says', async () => {
    await start();
    const message = encode(REQUEST);
    for (const bytes of [frame(message).subarray(0, 20), frame(message, message.length - 3), Buffer.from([9])]) {
      const code = await withStream(server.port, (stream) => {
        stream.end(bytes);
        return statusOf(stream);
      });
      expect(code).not.toBe(status.OK);
    }
    await answers();
  });

  it('is what 1,000 connections send that speak no HTTP/2', async () => {
    await start();
    const before = heap();
    let seed = 1;
    const next = (): number => (seed = (seed * 48271) % 2147483647);
    for (let round = 0; round < 10; round += 1) {
      const closed = Array.from({ length: 100 }, () => {
        const socket = connectTcp(server.port, '127.0.0.1');
        socket.on('error', () => {});
        socket.end(Buffer.from(Array.from({ length: next() % 200 }, () => next() % 256)));
        socket.resume();
        return once(socket, 'close');
      });
      await Promise.all(closed);
    }
    await answers();
    await untilMemoryIsBack(before);
  });

  it('is what 1,000 connections send that speak no TLS', async () => {
    const authority = await createAuthority('CN=Crossplane');
    const pair = await issue(authority);
    await start({ certificates: { ca: authority.cert, ...(await issueServer(authority)) } });
    for (let round = 0; round < 10; round += 1) {
      const closed = Array.from({ length: 100 }, (_, index) => {
        const socket = connectTcp(server.port, '127.0.0.1');
        socket.on('error', () => {});
        socket.end(Buffer.alloc(index, 22));
        socket.resume();
        return once(socket, 'close');
      });
      await Promise.all(closed);
    }
    client.close();
    client = connect(`localhost:${server.port}`, credentials.createSsl(authority.cert, pair.key, pair.cert));
    await answers();
  });
});

describe('a caller who does not wait', () => {
  it('cancels, and the call is forgotten', async () => {
    await start();
    await withStream(server.port, async (stream) => {
      stream.write(frame(encode(REQUEST)).subarray(0, 10));
      while (calls.count === 0) await client.check({ service: '' });
      stream.close(constants.NGHTTP2_CANCEL);
      await untilIdle();
    });
    await answers();
  });

  it('has a deadline that is over, and the call ends with it', async () => {
    await start();
    const code = await withStream(
      server.port,
      (stream) => {
        stream.write(frame(encode(REQUEST)).subarray(0, 10));
        return statusOf(stream);
      },
      { 'grpc-timeout': '50m' },
    );
    expect(code).toBe(status.DEADLINE_EXCEEDED);
    await answers();
  });

  it('breaks the connection, and the call is forgotten', async () => {
    await start();
    await withStream(server.port, async (stream) => {
      stream.write(frame(encode(REQUEST)).subarray(0, 10));
      while (calls.count === 0) await client.check({ service: '' });
    });
    await untilIdle();
    await answers();
  });
});

/** Sends requests with large answers, and goes away when all have begun to come. */
async function askWithoutReading(count: number): Promise<void> {
  const session = connectHttp2(`http://127.0.0.1:${server.port}`, { settings: { initialWindowSize: 0 } }).on('error', () => {});
  const request = frame(encode({ ...REQUEST, context: { big: 'x'.repeat(MIB) } }));
  const streams = Array.from({ length: count }, () => session.request(HEADERS));
  for (const stream of streams) stream.on('error', () => {}).end(request);
  await Promise.all(streams.map((stream) => once(stream, 'response')));
  await client.runFunction(REQUEST);
  session.destroy();
}

describe('a caller who does not read', () => {
  it('keeps nobody else waiting', async () => {
    await start();
    await answers();
    const before = heap();
    await askWithoutReading(20);
    await untilIdle();
    await answers();
    await untilMemoryIsBack(before);
  });
});

/** Nested so many levels deep. */
const nest = (levels: number): JsonObject => (levels === 0 ? { end: true } : { a: nest(levels - 1) });

const items = (...resources: JsonObject[]) => ({ items: resources.map((resource) => ({ resource })) });

describe('a request that is deep or large', () => {
  it('is read as deep as the limit, in a resource that is required or desired', async () => {
    await start();
    const rsp = await client.runFunction({
      ...REQUEST,
      desired: { resources: { deep: { resource: nest(20) } } },
      requiredResources: { deep: items(nest(MAX_DEPTH)) },
    });
    expect(rsp.desired?.resources['deep']?.resource).toEqual(nest(20));
  });

  it('is refused when it is deeper than any resource', async () => {
    await start();
    // As its input, written by our own writer: the SDK's does not come so far.
    const input = writeStruct(protobuf.Writer.create().uint32(34).fork(), nest(MAX_DEPTH + 1))
      .ldelim()
      .finish();
    const code = await withStream(server.port, (stream) => {
      stream.end(frame(input));
      return statusOf(stream);
    });
    expect(code).toBe(status.INVALID_ARGUMENT);
    await answers();
  });

  it('may hold a real definition, whose schema the SDK does not read', async () => {
    await start();
    const [definition = {}] = readDocuments('package/claims/apis/skillpack/definition.yaml');
    await client.runFunction({ ...REQUEST, requiredResources: { definition: items(definition) } });
  });

  it('may have 100,000 fields', async () => {
    await start();
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field-${index}`, index]));
    await client.runFunction({ ...REQUEST, requiredResources: { wide: items(wide) } });
    await answers();
  });

  it('is answered with what is too large for Crossplane', async () => {
    await start();
    const resource = { kind: 'ConfigMap', data: 'x'.repeat(5 * MIB) };
    const rsp = await client.runFunction({ ...REQUEST, desired: { resources: { theirs: { resource } } } });
    expect(rsp.results).toMatchObject([
      {
        severity: Severity.SEVERITY_FATAL,
        message: expect.stringMatching(
          /^cannot compose: the response would have 524\d{4} bytes and Crossplane takes 4194304; most of it is the resource theirs of an earlier step/,
        ),
      },
    ]);
    await answers();
  });
});

describe('keys with which JavaScript is attacked', () => {
  const INERT = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}') as JsonObject;

  it('are keys like any other, in every place of a request', async () => {
    await start();
    const run = runXr({ skills: uses('a'), ...INERT });
    const pack = packXr('a', { ...INERT });
    const policy = policyXr({ ...INERT, limits: { ...INERT } });
    const rsp = await client.runFunction({
      meta: { tag: 't' },
      observed: { composite: { resource: { ...run, status: INERT } }, resources: { constructor: { resource: INERT } } },
      desired: { resources: { constructor: { resource: INERT } } },
      requiredResources: {
        instance: items(instanceXr({ ...INERT })),
        'policy/default': items(policy),
        'policy/ns.team-a': items(),
        'skillpack/a': items(pack),
      },
    });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(rsp.results.filter(({ severity }) => severity === Severity.SEVERITY_FATAL)).toEqual([]);
    expect(Object.keys(rsp.desired?.resources ?? {})).toContain('constructor');
    await answers();
  });
});

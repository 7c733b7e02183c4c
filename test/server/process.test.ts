/** The process as Crossplane starts it: flags, environment, signals, exit codes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { credentials, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';
import { parseServeOptions } from '../../src/server/options.ts';
import { startProbes } from '../../src/server/probes.ts';
import { bundle } from '../bench/processes.ts';
import { createAuthority, issue, issueServer, writeCertificates } from '../support/certificates.ts';
import { connect, startTestServer } from '../support/client.ts';
import { projectPath } from '../support/project.ts';
import { packXr } from '../support/request.ts';
import { openPlain, sendHalf } from '../support/stream.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const REQUEST = { meta: { tag: 't' }, observed: { composite: { resource: packXr('a') }, resources: {} } };
const ANY_PORTS = ['--address', ':0', '--metrics-address', '127.0.0.1:0'];
let children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

function start(args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', projectPath('src/main.ts'), ...args], {
    cwd: projectPath('.'),
    env: { ...process.env, TLS_SERVER_CERTS_DIR: '', ...env },
  });
  children.push(child);
  return child;
}

async function finish(child: ChildProcess): Promise<{ code: number; stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

/** The next line of the log that has a text. */
function logged(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      if (!line.includes(text)) return;
      lines.close();
      resolve(line);
    });
    child.once('close', () => reject(new Error(`the process ended before its log had ${text}`)));
  });
}

/** The port a started process says it serves on. */
const served = async (child: ChildProcess): Promise<number> => JSON.parse(await logged(child, '"serving"')).port;

describe('the process', () => {
  it('refuses to start without certificates unless --insecure, in one line', async () => {
    expect(await finish(start(ANY_PORTS))).toEqual({
      code: 1,
      stderr:
        'function-skillpack: no certificates: give --tls-certs-dir or TLS_SERVER_CERTS_DIR, or --insecure to serve without transport security\n',
    });
  });

  it('says which certificate it cannot read', async () => {
    const { code, stderr } = await finish(start([...ANY_PORTS, '--tls-certs-dir', '/nowhere']));
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^function-skillpack: cannot read ca\.crt in the TLS directory "\/nowhere": .*\n$/),
    ]);
  });

  it('says that a certificate is none', async () => {
    const directory = temporaryDirectory();
    for (const file of ['ca.crt', 'tls.crt', 'tls.key']) writeFileSync(join(directory, file), 'nonsense');
    const { code, stderr } = await finish(start([...ANY_PORTS, '--tls-certs-dir', directory]));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^function-skillpack: cannot use the certificates in .*\n$/)]);
  });

  it('refuses an unknown flag and a port that is none', async () => {
    expect((await finish(start(['--insecre']))).code).toBe(1);
    expect((await finish(start(['--insecure', '--address', ':99999']))).code).toBe(1);
  });

  it('ends when its port is in use', async () => {
    const taken = await startTestServer();
    const { code, stderr } = await finish(
      start(['--insecure', '--address', `:${taken.port}`, '--metrics-address', '127.0.0.1:0']),
    );
    await taken.stop(0);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^function-skillpack: cannot listen on :\d+: listen EADDRINUSE.*\n$/),
    ]);
  });

  it('serves with the certificates TLS_SERVER_CERTS_DIR names, and ends with 0 on SIGTERM', async () => {
    const authority = await createAuthority('CN=Crossplane');
    const directory = writeCertificates(authority, await issueServer(authority));
    const child = start(ANY_PORTS, { TLS_SERVER_CERTS_DIR: directory });
    const port = await served(child);
    const pair = await issue(authority);
    const client = connect(`localhost:${port}`, credentials.createSsl(authority.cert, pair.key, pair.cert));
    expect((await client.runFunction(REQUEST)).meta?.tag).toBe('t');
    client.close();
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('ends with 0 on SIGINT, after a call that had half come', async () => {
    const child = start([...ANY_PORTS, '--insecure']);
    const port = await served(child);
    const half = sendHalf(openPlain(port), REQUEST);
    const client = connect(`127.0.0.1:${port}`);
    await client.runFunction(REQUEST);
    client.close();
    child.kill('SIGINT');
    await logged(child, '"stopping"');
    expect(await half.finish()).toBe(status.OK);
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('serves as one file in a directory that nobody may write, as any user', async () => {
    const directory = temporaryDirectory();
    const file = await bundle('src/main.ts', directory);
    for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o444);
    chmodSync(directory, 0o555);
    const isRoot = process.getuid?.() === 0;
    const child = spawn(process.execPath, [file, ...ANY_PORTS, '--insecure'], {
      cwd: '/',
      ...(isRoot && { uid: 12345, gid: 12345 }),
    });
    children.push(child);
    const client = connect(`127.0.0.1:${await served(child)}`);
    expect((await client.runFunction(REQUEST)).meta?.tag).toBe('t');
    client.close();
    chmodSync(directory, 0o755);
  });

  it('serves without certificates when both --insecure and --tls-certs-dir are given', async () => {
    const child = start([...ANY_PORTS, '--insecure', '--tls-certs-dir', '/nowhere']);
    const client = connect(`127.0.0.1:${await served(child)}`);
    expect((await client.runFunction(REQUEST)).meta?.tag).toBe('t');
    client.close();
  });
});

describe('the probes', () => {
  it('tell liveness, readiness and metrics in plain HTTP', async () => {
    const probes = await startProbes({ host: '127.0.0.1', port: 0 }, createMetrics(() => 0).registry);
    const ask = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${probes.port}${path}`);
      return [response.status, await response.text()] as const;
    };
    expect(await ask('/livez')).toEqual([200, 'ok\n']);
    expect(await ask('/readyz')).toEqual([503, 'not ready\n']);
    probes.setReady(true);
    expect(await ask('/readyz')).toEqual([200, 'ok\n']);
    expect((await ask('/metrics'))[1]).toContain('process_cpu_seconds_total');
    expect((await ask('/other'))[0]).toBe(404);
    await probes.stop();
  });
});

describe('flags', () => {
  it('have the defaults of the specification', () => {
    expect(parseServeOptions([], { TLS_SERVER_CERTS_DIR: '/tls/server' })).toEqual({
      debug: false,
      tlsCertsDir: '/tls/server',
      address: { host: undefined, port: 9443 },
      metricsAddress: { host: undefined, port: 8080 },
      ttlSeconds: 60,
      maxReceiveBytes: 16 * 1024 * 1024,
      requirePolicy: false,
    });
  });

  it('win over the environment', () => {
    expect(parseServeOptions(['--tls-certs-dir', '/a'], { TLS_SERVER_CERTS_DIR: '/b' }).tlsCertsDir).toBe('/a');
  });

  it('round a ttl up to whole seconds, because 0 would mean never', () => {
    expect(parseServeOptions(['--insecure', '--ttl', '0.2'], {}).ttlSeconds).toBe(1);
  });
});

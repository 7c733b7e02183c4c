import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { renewCertificates } from '../../src/server/renewal.ts';
import { loadCertificates } from '../../src/server/tls.ts';
import { type Authority, createAuthority, issue, issueServer, writeCertificates } from '../support/certificates.ts';
import { connect, startTestServer } from '../support/client.ts';
import { readLog } from '../support/log.ts';
import { packXr } from '../support/request.ts';

const REQUEST = { meta: { tag: 't' }, observed: { composite: { resource: packXr('a') }, resources: {} } };

it('renewed certificates serve new handshakes, a bad pair none, and a connection that exists goes on', async () => {
  const [old, renewed] = [await createAuthority('CN=Old'), await createAuthority('CN=New')];
  const directory = writeCertificates(old, await issueServer(old));
  const server = await startTestServer({ certificates: loadCertificates(directory) });
  const { log, next } = readLog();
  const renewal = renewCertificates(server, directory, 20, log);

  /** Trusts one authority and is known to it. */
  const clientOf = async (authority: Authority) => {
    const pair = await issue(authority);
    return connect(`localhost:${server.port}`, credentials.createSsl(authority.cert, pair.key, pair.cert));
  };
  const before = await clientOf(old);
  expect((await before.runFunction(REQUEST)).meta?.tag).toBe('t');

  writeFileSync(join(directory, 'tls.key'), 'nonsense');
  expect((await next()).msg).toBe('certificates not renewed, those before are used');
  const stillOld = await clientOf(old);
  expect((await stillOld.runFunction(REQUEST)).meta?.tag).toBe('t');

  writeCertificates(renewed, await issueServer(renewed), directory);
  while ((await next()).msg !== 'certificates renewed');
  const after = await clientOf(renewed);
  expect((await after.runFunction(REQUEST)).meta?.tag).toBe('t');
  const late = await clientOf(old);
  await expect(late.runFunction(REQUEST)).rejects.toThrow();
  expect((await before.runFunction(REQUEST)).meta?.tag).toBe('t');

  renewal.stop();
  for (const client of [before, stillOld, after, late]) client.close();
  await server.stop(0);
});

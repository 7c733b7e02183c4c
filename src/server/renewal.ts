/** Certificates that are renewed while the process lives. */
import { unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RunningServer } from './server.ts';
import { CERTIFICATE_FILES, loadCertificates } from './tls.ts';

/**
 * Gives the server new certificates when one of the files changes, until it is stopped. A pair that is no good is logged
 * and not used. Looks at the files every `intervalMs`: a mounted Secret is renewed by replacing a link above them, which
 * no watch of a file sees.
 */
export function renewCertificates(server: RunningServer, directory: string, intervalMs: number, log: Logger): { stop(): void } {
  const renew = (): void => {
    try {
      server.renew(loadCertificates(directory));
      log.info('certificates renewed');
    } catch (error) {
      log.error({ err: error }, 'certificates not renewed, those before are used');
    }
  };
  const paths = CERTIFICATE_FILES.map((file) => join(directory, file));
  for (const path of paths) watchFile(path, { interval: intervalMs, persistent: false }, renew);
  return {
    stop() {
      for (const path of paths) unwatchFile(path, renew);
    },
  };
}

/** The process Crossplane runs: flags and certificates in, a server until SIGTERM. */
import { pino } from 'pino';
import { createRunFunction } from './server/handler.ts';
import { parseServeOptions } from './server/options.ts';
import { startProbes } from './server/probes.ts';
import { startServer } from './server/server.ts';
import { loadCertificates } from './server/tls.ts';

/** Shorter than the 30 seconds a Pod has. */
const GRACE_MS = 20_000;

async function main(): Promise<void> {
  const options = parseServeOptions(process.argv.slice(2), process.env);
  const log = pino({ level: options.debug ? 'debug' : 'info', base: null });
  const certificates = options.tlsCertsDir === undefined ? undefined : loadCertificates(options.tlsCertsDir);
  const { address, maxReceiveBytes, metricsAddress } = options;
  const runFunction = createRunFunction(options, () => new Date(), log);
  const server = await startServer({ address, certificates, maxReceiveBytes }, runFunction, log);
  const probes = await startProbes(metricsAddress);
  probes.setReady(true);
  log.info({ port: server.port, tls: certificates !== undefined }, 'serving');

  const stop = async (signal: string): Promise<void> => {
    log.info({ signal }, 'stopping');
    probes.setReady(false);
    await server.stop(GRACE_MS);
    await probes.stop();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: Error) => {
  process.stderr.write(`function-skillpack: ${error.message}\n`);
  process.exit(1);
});

/** The process Crossplane runs: flags and certificates in, a server until SIGTERM. */
import { pino } from 'pino';
import { CallCounter } from './server/calls.ts';
import { createRunFunction, type Report } from './server/handler.ts';
import { reportToLog } from './server/log.ts';
import { createMetrics } from './server/metrics.ts';
import { parseServeOptions } from './server/options.ts';
import { startProbes } from './server/probes.ts';
import { renewCertificates } from './server/renewal.ts';
import { startServer } from './server/server.ts';
import { loadCertificates } from './server/tls.ts';

/** Shorter than the 30 seconds a Pod has. */
const GRACE_MS = 20_000;

/** The kubelet itself looks once a minute. */
const CERTIFICATES_MS = 10_000;

async function main(): Promise<void> {
  const options = parseServeOptions(process.argv.slice(2), process.env);
  const log = pino({ level: options.debug ? 'debug' : 'info', base: null });
  const { address, maxReceiveBytes, metricsAddress, tlsCertsDir } = options;
  const certificates = tlsCertsDir === undefined ? undefined : loadCertificates(tlsCertsDir);
  const calls = new CallCounter();
  const metrics = createMetrics(() => calls.count);
  const toLog = reportToLog(log);
  const report: Report = (...call) => {
    toLog(...call);
    metrics.report(...call);
  };
  const runFunction = createRunFunction(options, () => new Date(), report);
  const server = await startServer({ address, certificates, maxReceiveBytes, interceptors: [calls.intercept] }, runFunction, log);
  if (tlsCertsDir !== undefined) renewCertificates(server, tlsCertsDir, CERTIFICATES_MS, log);
  const probes = await startProbes(metricsAddress, metrics.registry);
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

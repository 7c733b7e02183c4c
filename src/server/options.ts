/** The flags of the function, as Crossplane's function specification names them. */
import { Command, InvalidArgumentError } from 'commander';
import type { ListenAddress } from './listen.ts';

export interface ServeOptions {
  debug: boolean;
  /** Absent: insecure, because the user said so. */
  tlsCertsDir: string | undefined;
  address: ListenAddress;
  metricsAddress: ListenAddress;
  ttlSeconds: number;
  maxReceiveBytes: number;
  requirePolicy: boolean;
}

const MIB = 1024 * 1024;

/** Reads flags and environment. Ends with one readable line on a bad flag, and after --help. */
export function parseServeOptions(argv: string[], env: Record<string, string | undefined>): ServeOptions {
  const flags = new Command('function-skillpack')
    .description('A Crossplane composition function: agent runs with skills and short-lived rights.')
    .option('--debug', 'log every call', false)
    .option('--insecure', 'serve without transport security', false)
    .option('--tls-certs-dir <directory>', 'ca.crt, tls.crt and tls.key (env TLS_SERVER_CERTS_DIR)')
    .option('--address <host:port>', 'where to serve gRPC', parseAddress, parseAddress(':9443'))
    .option('--metrics-address <host:port>', 'where to serve /livez, /readyz and /metrics', parseAddress, parseAddress(':8080'))
    .option('--ttl <seconds>', 'how soon Crossplane asks again about packs, instances and policies', positive, 60)
    .option('--max-recv-message-size <MB>', 'the largest request', positive, 16)
    .option('--require-policy', 'let runs wait until a SympoziumPolicy exists', false)
    .allowExcessArguments(false)
    .parse(argv, { from: 'user' })
    .opts<{
      debug: boolean;
      insecure: boolean;
      tlsCertsDir?: string;
      address: ListenAddress;
      metricsAddress: ListenAddress;
      ttl: number;
      maxRecvMessageSize: number;
      requirePolicy: boolean;
    }>();
  const tlsCertsDir = flags.insecure ? undefined : flags.tlsCertsDir || env['TLS_SERVER_CERTS_DIR'];
  if (!flags.insecure && !tlsCertsDir) {
    throw new Error(
      'no certificates: give --tls-certs-dir or TLS_SERVER_CERTS_DIR, or --insecure to serve without transport security',
    );
  }
  return {
    debug: flags.debug,
    tlsCertsDir,
    address: flags.address,
    metricsAddress: flags.metricsAddress,
    ttlSeconds: Math.ceil(flags.ttl),
    maxReceiveBytes: flags.maxRecvMessageSize * MIB,
    requirePolicy: flags.requirePolicy,
  };
}

/** `:9443`, `127.0.0.1:9443` or `[::1]:9443`. */
function parseAddress(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) throw new InvalidArgumentError('It must be host:port or :port.');
  return { host: match[1] || match[2] || undefined, port };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

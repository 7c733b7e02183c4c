/** Accepts TLS connections and tells friends, whom grpc-js serves, from strangers, who are refused. */
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { type Clock, callAt } from './clock.ts';
import { createRefusalServer } from './refusal.ts';
import { throttleWarnings } from './throttle.ts';
import { type Certificates, judgeClient, parseAuthorities } from './tls.ts';
import { UnprovenConnections } from './unproven.ts';

export interface TlsListener {
  listener: Server;
  /** Handshakes from now on use these. */
  renew(certificates: Certificates): void;
}

export function acceptTls(certificates: Certificates, grpc: GrpcServer, clock: Clock, log: Logger): TlsListener {
  const strangers = createRefusalServer(log);
  const unproven = new UnprovenConnections(clock);
  const warnOfRefusal = throttleWarnings(log, clock, 'client refused');
  let authorities = parseAuthorities(certificates.ca);
  const listener = createServer(
    { ...certificates, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['h2'], minVersion: 'TLSv1.2' },
    (socket) => {
      socket.on('error', (error) => log.debug({ err: error }, 'connection failed'));
      const verdict = judgeClient(socket.getPeerX509Certificate(), authorities, clock.now());
      if (verdict.kind === 'friend') {
        unproven.prove(socket);
        serveUntil(verdict.until, socket, grpc, clock);
      } else {
        warnOfRefusal({ peer: socket.remoteAddress, reason: verdict.reason });
        strangers.emit('connection', socket);
      }
    },
  );
  // Before Node begins the handshake: there must be room for it.
  listener.prependListener('connection', (socket) => unproven.admit(socket));
  listener.on('tlsClientError', (error) => log.debug({ err: error }, 'handshake failed'));
  return {
    listener,
    renew(renewed) {
      listener.setSecureContext(renewed);
      authorities = parseAuthorities(renewed.ca);
    },
  };
}

/** How long the calls of a client whose certificate has ended may take. Most take milliseconds. */
const LAST_CALLS_MS = 20_000;

/** Serves a client until its certificate ends. Calls in flight are finished then, and the client has to come again. */
function serveUntil(end: Date, socket: TLSSocket, grpc: GrpcServer, clock: Clock): void {
  // One for each connection: it is what grpc-js can close without the others.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const alarm = callAt(clock, end, () => injector.drain(LAST_CALLS_MS));
  socket.once('close', () => {
    alarm.cancel();
    injector.destroy();
  });
  injector.injectConnection(socket);
}

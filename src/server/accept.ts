/** Accepts TLS connections and tells friends, whom grpc-js serves, from strangers, who are refused. */
import { createServer, type Server } from 'node:tls';
import { type Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { createRefusalServer } from './refusal.ts';
import { throttleWarnings } from './throttle.ts';
import { type Certificates, parseAuthorities, refuseClient } from './tls.ts';
import { UnprovenConnections } from './unproven.ts';

export interface TlsListener {
  listener: Server;
  /** Handshakes from now on use these. */
  renew(certificates: Certificates): void;
}

export function acceptTls(certificates: Certificates, grpc: GrpcServer, clock: Clock, log: Logger): TlsListener {
  const friends = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const strangers = createRefusalServer(log);
  const unproven = new UnprovenConnections(clock);
  const warnOfRefusal = throttleWarnings(log, clock, 'client refused');
  let authorities = parseAuthorities(certificates.ca);
  const listener = createServer(
    { ...certificates, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['h2'], minVersion: 'TLSv1.2' },
    (socket) => {
      socket.on('error', (error) => log.debug({ err: error }, 'connection failed'));
      const reason = refuseClient(socket.getPeerX509Certificate(), authorities, clock.now());
      if (reason === undefined) {
        unproven.prove(socket);
        friends.injectConnection(socket);
      } else {
        warnOfRefusal({ peer: socket.remoteAddress, reason });
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

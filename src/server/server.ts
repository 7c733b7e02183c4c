/**
 * The gRPC server. Sockets are accepted here and handed to grpc-js, so that one code binds with and without TLS, and a
 * stranger's connection meets a server that knows nothing but how to refuse.
 */
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { FunctionRunnerServiceService } from '@crossplane-org/function-sdk-typescript';
import { type ConnectionInjector, Server as GrpcServer, type handleUnaryCall, ServerCredentials, status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { RunFunction } from './handler.ts';
import { createHealth, HealthService, NOT_SERVING, SERVING } from './health.ts';
import { type ListenAddress, listen } from './listen.ts';
import { type Certificates, parseAuthorities, refuseClient } from './tls.ts';

export interface ServerOptions {
  address: ListenAddress;
  /** Absent: no transport security. */
  certificates: Certificates | undefined;
  maxReceiveBytes: number;
}

export interface RunningServer {
  port: number;
  /** Finishes calls in flight, at most `graceMs`, then closes. */
  stop(graceMs: number): Promise<void>;
}

const FUNCTION_SERVICE = 'apiextensions.fn.proto.v1.FunctionRunnerService';

export async function startServer(options: ServerOptions, runFunction: RunFunction, log: Logger): Promise<RunningServer> {
  const limits = { 'grpc.max_receive_message_length': options.maxReceiveBytes };
  const health = createHealth([FUNCTION_SERVICE]);
  const grpc = new GrpcServer(limits);
  grpc.addService(FunctionRunnerServiceService, {
    runFunction: ((call, callback) => callback(null, runFunction(call.request))) satisfies handleUnaryCall<
      Parameters<RunFunction>[0],
      ReturnType<RunFunction>
    >,
  });
  grpc.addService(HealthService, health.handlers);
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());

  const sockets = new Set<Socket>();
  const listener =
    options.certificates === undefined
      ? createNetServer((socket) => injector.injectConnection(socket))
      : acceptTls(options.certificates, injector, log);
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (error) => log.debug({ err: error }, 'connection failed'));
  });
  const port = await listen(listener, options.address);
  health.set(SERVING);

  return {
    port,
    async stop(graceMs) {
      health.set(NOT_SERVING);
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      const drained = new Promise<void>((resolve) => grpc.tryShutdown(() => resolve()));
      await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
      grpc.forceShutdown();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function acceptTls(certificates: Certificates, friends: ConnectionInjector, log: Logger): NetServer {
  const strangers = createRefusalServer(log);
  const authorities = parseAuthorities(certificates.ca);
  const server = createTlsServer(
    { ...certificates, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['h2'], minVersion: 'TLSv1.2' },
    (socket: TLSSocket) => {
      socket.on('error', (error) => log.debug({ err: error }, 'connection failed'));
      const refusal = refuseClient(socket.getPeerX509Certificate(), authorities, new Date());
      if (refusal === undefined) {
        friends.injectConnection(socket);
      } else {
        log.warn({ peer: socket.remoteAddress, reason: refusal }, 'client refused');
        strangers.emit('connection', socket);
      }
    },
  );
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'handshake failed'));
  return server;
}

/**
 * A server for connections without a good certificate: it answers every call with UNAUTHENTICATED as soon as its headers
 * are there, and reads no message, so that a stranger cannot make the process hold one.
 */
function createRefusalServer(log: Logger): Http2Server {
  const server = createHttp2Server();
  server.on('sessionError', (error) => log.debug({ err: error }, 'connection failed'));
  server.on('stream', (stream) => {
    stream.on('error', (error) => log.debug({ err: error }, 'connection failed'));
    const trailers = {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': status.UNAUTHENTICATED,
      'grpc-message': 'a client certificate signed by the CA is required',
    };
    stream.respond(trailers, { endStream: true });
  });
  return server;
}

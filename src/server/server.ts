/**
 * The gRPC server. Sockets are accepted here and handed to grpc-js, so that one code binds with and without TLS, and a
 * stranger's connection meets a server that knows nothing but how to refuse.
 */
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { createServer as createNetServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { FunctionRunnerServiceService } from '@crossplane-org/function-sdk-typescript';
import {
  type ConnectionInjector,
  Server as GrpcServer,
  type handleUnaryCall,
  ServerCredentials,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { RunFunction } from './handler.ts';
import { createHealth, HealthService } from './health.ts';
import { type ListenAddress, listen } from './listen.ts';
import { type Certificates, parseAuthorities, refuseClient } from './tls.ts';

export interface ServerOptions {
  address: ListenAddress;
  /** Absent: no transport security. */
  certificates: Certificates | undefined;
  maxReceiveBytes: number;
  /** What sees every call before the function does. */
  interceptors?: ServerInterceptor[];
}

export interface RunningServer {
  port: number;
  /** Handshakes from now on use these; connections that exist stay. */
  renew(certificates: Certificates): void;
  /** Finishes calls in flight, at most `graceMs`, then closes. */
  stop(graceMs: number): Promise<void>;
}

const FUNCTION_SERVICE = 'apiextensions.fn.proto.v1.FunctionRunnerService';

/** Requests and responses stay bytes on the transport: the function has a codec of its own. */
const asBytes = (bytes: Buffer): Buffer => bytes;
const BytesService = {
  runFunction: { ...FunctionRunnerServiceService.runFunction, requestDeserialize: asBytes, responseSerialize: asBytes },
};

/** A connection on which nobody calls is closed; Crossplane opens another when it needs one. */
const IDLE_MS = 5 * 60_000;

/** For those who do not get as far as a call. */
const HANDSHAKE_MS = 10_000;

export async function startServer(options: ServerOptions, runFunction: RunFunction, log: Logger): Promise<RunningServer> {
  const health = createHealth([FUNCTION_SERVICE]);
  const grpc = new GrpcServer({
    'grpc.max_receive_message_length': options.maxReceiveBytes,
    'grpc.max_connection_idle_ms': IDLE_MS,
    interceptors: options.interceptors ?? [],
  });
  grpc.addService(BytesService, { runFunction: handleCall(runFunction) });
  grpc.addService(HealthService, health.handlers);
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());

  const sockets = new Set<Socket>();
  const tls = options.certificates === undefined ? undefined : acceptTls(options.certificates, injector, log);
  const listener = tls?.listener ?? createNetServer((socket) => injector.injectConnection(socket));
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (error) => log.debug({ err: error }, 'connection failed'));
  });
  const port = await listen(listener, options.address);
  health.serve();

  return {
    port,
    renew: (certificates) => tls?.renew(certificates),
    async stop(graceMs) {
      health.stop();
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      const drained = new Promise<void>((resolve) => grpc.tryShutdown(() => resolve()));
      await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
      grpc.forceShutdown();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function handleCall(runFunction: RunFunction): handleUnaryCall<Buffer, Uint8Array> {
  return (call, callback) => {
    const [traceparent] = call.metadata.get('traceparent');
    try {
      callback(null, runFunction(call.request, traceparent === undefined ? {} : { traceparent: String(traceparent) }));
    } catch (error) {
      callback({ code: status.INVALID_ARGUMENT, details: `cannot read the request: ${(error as Error).message}` });
    }
  };
}

function acceptTls(certificates: Certificates, friends: ConnectionInjector, log: Logger) {
  const strangers = createRefusalServer(log);
  let authorities = parseAuthorities(certificates.ca);
  const listener = createTlsServer(
    {
      ...certificates,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_MS,
    },
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
  listener.on('tlsClientError', (error) => log.debug({ err: error }, 'handshake failed'));
  return {
    listener,
    renew(renewed: Certificates): void {
      listener.setSecureContext(renewed);
      authorities = parseAuthorities(renewed.ca);
    },
  };
}

/**
 * A server for connections without a good certificate: it answers every call with UNAUTHENTICATED as soon as its headers
 * are there, and reads no message, so that a stranger cannot make the process hold one.
 */
function createRefusalServer(log: Logger): Http2Server {
  const server = createHttp2Server();
  server.on('session', (session) => session.setTimeout(HANDSHAKE_MS, () => session.destroy()));
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

/**
 * The gRPC server. Sockets are accepted by us and handed to grpc-js, so that one code binds with and without TLS, and a
 * stranger's connection meets a server that knows nothing but how to refuse.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { FunctionRunnerServiceService } from '@crossplane-org/function-sdk-typescript';
import { Server as GrpcServer, type handleUnaryCall, ServerCredentials, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { acceptTls } from './accept.ts';
import { type Clock, systemClock } from './clock.ts';
import type { RunFunction } from './handler.ts';
import { createHealth, HealthService } from './health.ts';
import { type ListenAddress, listen } from './listen.ts';
import { throttleWarnings } from './throttle.ts';
import type { Certificates } from './tls.ts';

export interface ServerOptions {
  address: ListenAddress;
  /** Absent: no transport security. */
  certificates: Certificates | undefined;
  maxReceiveBytes: number;
  /** What sees every call before the function does. */
  interceptors?: ServerInterceptor[];
  clock?: Clock;
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

/**
 * Of all connections together, some 20 MiB. Strangers have MAX_UNPROVEN of them at most, and each process of Crossplane opens
 * one, so only a friend who leaks them comes so far; without certificates anybody.
 */
export const MAX_CONNECTIONS = 256;

export async function startServer(options: ServerOptions, runFunction: RunFunction, log: Logger): Promise<RunningServer> {
  const health = createHealth([FUNCTION_SERVICE]);
  const grpc = new GrpcServer({
    'grpc.max_receive_message_length': options.maxReceiveBytes,
    'grpc.max_connection_idle_ms': IDLE_MS,
    interceptors: options.interceptors ?? [],
  });
  grpc.addService(BytesService, { runFunction: handleCall(runFunction) });
  grpc.addService(HealthService, health.handlers);

  const sockets = new Set<Socket>();
  const clock = options.clock ?? systemClock;
  const tls = options.certificates === undefined ? undefined : acceptTls(options.certificates, grpc, clock, log);
  const listener = tls?.listener ?? acceptPlain(grpc);
  listener.maxConnections = MAX_CONNECTIONS;
  const warnOfDrop = throttleWarnings(log, clock, 'connection dropped, there are too many');
  listener.on('drop', (peer) => warnOfDrop({ peer: peer?.remoteAddress }));
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

function acceptPlain(grpc: GrpcServer): Server {
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  return createServer((socket) => injector.injectConnection(socket));
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

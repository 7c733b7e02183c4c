import { constants, createServer, type Http2Server } from 'node:http2';
import { status } from '@grpc/grpc-js';
import type { Logger } from 'pino';

const REFUSAL = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-status': status.UNAUTHENTICATED,
  'grpc-message': 'a client certificate signed by the CA is required',
};

/**
 * A server for connections without a good certificate: it answers one call with UNAUTHENTICATED as soon as its headers are
 * there and closes the connection. It reads no message, so that a stranger cannot make the process hold one.
 */
export function createRefusalServer(log: Logger): Http2Server {
  const server = createServer({ settings: { maxConcurrentStreams: 1 } });
  server.on('sessionError', (error) => log.debug({ err: error }, 'connection failed'));
  server.on('stream', (stream) => {
    stream.on('error', (error) => log.debug({ err: error }, 'connection failed'));
    stream.respond(REFUSAL, { endStream: true });
    // Whatever of the request is still to come is not waited for. The session ends when the refusal is written.
    stream.close(constants.NGHTTP2_NO_ERROR);
    stream.session?.close();
  });
  return server;
}

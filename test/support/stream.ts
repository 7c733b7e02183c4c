/** Calls below the gRPC client, for what it would never send. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import { RunFunctionRequest } from '@crossplane-org/function-sdk-typescript';
import { status } from '@grpc/grpc-js';
import type { Authority, Pair } from './certificates.ts';
import { type PartialRequest, requestOf } from './client.ts';

/** The headers of a call of the function. */
export const HEADERS = {
  ':method': 'POST',
  ':path': '/apiextensions.fn.proto.v1.FunctionRunnerService/RunFunction',
  'content-type': 'application/grpc',
  te: 'trailers',
};

export const encode = (request: PartialRequest): Uint8Array => RunFunctionRequest.encode(requestOf(request)).finish();

/** A message with its gRPC frame. */
export function frame(message: Uint8Array, length = message.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

/** The status with which a call ends. */
export function statusOf(stream: ClientHttp2Stream): Promise<number> {
  stream.resume();
  return new Promise((resolve) => {
    const read = (headers: OutgoingHttpHeaders): void => {
      if (headers['grpc-status'] !== undefined) resolve(Number(headers['grpc-status']));
    };
    stream
      .on('response', read)
      .on('trailers', read)
      .on('close', () => resolve(status.UNKNOWN));
  });
}

/** A connection in plain text. */
export const openPlain = (port: number): ClientHttp2Session => connectHttp2(`http://127.0.0.1:${port}`).on('error', () => {});

/** A connection by TLS, of whoever has `pair`. */
export const openTls = (port: number, { cert: ca }: Authority, pair?: Pair): ClientHttp2Session =>
  connectHttp2(`https://127.0.0.1:${port}`, { ca, servername: 'localhost', ...pair }).on('error', () => {});

/** A call on a connection of its own. */
export async function withStream<T>(
  port: number,
  use: (stream: ClientHttp2Stream) => Promise<T>,
  headers: OutgoingHttpHeaders = {},
): Promise<T> {
  const session = openPlain(port);
  try {
    const stream = session.request({ ...HEADERS, ...headers });
    stream.on('error', () => {});
    return await use(stream);
  } finally {
    session.destroy();
  }
}

/** Sends a call but for its last bytes. `finish` sends them and resolves with the status of the call. */
export function sendHalf(session: ClientHttp2Session, request: PartialRequest): { finish(): Promise<number> } {
  const bytes = frame(encode(request));
  const stream = session.request(HEADERS).on('error', () => {});
  stream.write(bytes.subarray(0, 20));
  const ended = statusOf(stream);
  return {
    async finish() {
      stream.end(bytes.subarray(20));
      return ended;
    },
  };
}

/**
 * The gRPC health service (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). Its two messages have one
 * field each, so they are written on protobufjs's reader and writer; the published package reads a .proto file by
 * path, which a bundle does not have.
 */
import { type handleServerStreamingCall, type handleUnaryCall, type ServiceDefinition, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs/minimal.js';

export const SERVING = 1;
export const NOT_SERVING = 2;
const SERVICE_UNKNOWN = 3;

interface HealthRequest {
  service: string;
}
interface HealthResponse {
  status: number;
}

function decode<T>(bytes: Uint8Array, onField: (field: number, reader: protobuf.Reader) => boolean, message: T): T {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (!onField(tag >>> 3, reader)) reader.skipType(tag & 7);
  }
  return message;
}

function decodeHealthRequest(bytes: Buffer): HealthRequest {
  const message = { service: '' };
  return decode(bytes, (field, reader) => field === 1 && ((message.service = reader.string()), true), message);
}

function decodeHealthResponse(bytes: Buffer): HealthResponse {
  const message = { status: 0 };
  return decode(bytes, (field, reader) => field === 1 && ((message.status = reader.int32()), true), message);
}

const encodeHealthRequest = ({ service }: HealthRequest): Buffer =>
  Buffer.from(protobuf.Writer.create().uint32(10).string(service).finish());

const encodeHealthResponse = (response: HealthResponse): Buffer =>
  Buffer.from(protobuf.Writer.create().uint32(8).int32(response.status).finish());

const METHOD = {
  requestStream: false,
  requestSerialize: encodeHealthRequest,
  requestDeserialize: decodeHealthRequest,
  responseSerialize: encodeHealthResponse,
  responseDeserialize: decodeHealthResponse,
};

export const HealthService = {
  check: { ...METHOD, path: '/grpc.health.v1.Health/Check', responseStream: false },
  watch: { ...METHOD, path: '/grpc.health.v1.Health/Watch', responseStream: true },
} satisfies ServiceDefinition;

/** Serves the status of the whole server (an empty name) and of the named services; any other is unknown. */
export function createHealth(services: string[]) {
  let current = NOT_SERVING;
  const watchers = new Set<(status: number) => void>();
  const known = (service: string): boolean => service === '' || services.includes(service);

  const check: handleUnaryCall<HealthRequest, HealthResponse> = (call, callback) => {
    if (known(call.request.service)) callback(null, { status: current });
    else callback({ code: status.NOT_FOUND, details: 'unknown service' });
  };
  const watch: handleServerStreamingCall<HealthRequest, HealthResponse> = (call) => {
    if (!known(call.request.service)) {
      call.write({ status: SERVICE_UNKNOWN });
      return;
    }
    const send = (value: number): void => void call.write({ status: value });
    watchers.add(send);
    call.on('cancelled', () => watchers.delete(send));
    send(current);
  };
  return {
    handlers: { check, watch },
    set(value: typeof SERVING | typeof NOT_SERVING): void {
      current = value;
      for (const send of watchers) send(value);
    },
  };
}

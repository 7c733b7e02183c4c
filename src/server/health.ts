/**
 * The gRPC health service (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). Its two messages have one
 * field each, so they are written on protobufjs's reader and writer; the published package reads a .proto file by
 * path, which a bundle does not have.
 */
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';
import protobuf from 'protobufjs/minimal.js';

export const SERVING = 1;
export const NOT_SERVING = 2;
export const SERVICE_UNKNOWN = 3;

/** Field 1 as text, field 1 as a number. */
const SERVICE_TAG = 10;
const STATUS_TAG = 8;

interface HealthRequest {
  service: string;
}
interface HealthResponse {
  status: number;
}

function decodeHealthRequest(bytes: Uint8Array): HealthRequest {
  const reader = protobuf.Reader.create(bytes);
  let service = '';
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === SERVICE_TAG) service = reader.string();
    else reader.skipType(tag & 7);
  }
  return { service };
}

function decodeHealthResponse(bytes: Uint8Array): HealthResponse {
  const reader = protobuf.Reader.create(bytes);
  let value = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === STATUS_TAG) value = reader.int32();
    else reader.skipType(tag & 7);
  }
  return { status: value };
}

const encodeHealthRequest = ({ service }: HealthRequest): Buffer =>
  Buffer.from(protobuf.Writer.create().uint32(SERVICE_TAG).string(service).finish());

const encodeHealthResponse = (response: HealthResponse): Buffer =>
  Buffer.from(protobuf.Writer.create().uint32(STATUS_TAG).int32(response.status).finish());

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

type Watcher = ServerWritableStream<HealthRequest, HealthResponse>;

/** Serves the status of the whole server (an empty name) and of the named services; any other is unknown. */
export function createHealth(services: string[]) {
  let current = NOT_SERVING;
  const watchers = new Set<Watcher>();
  const known = (service: string): boolean => service === '' || services.includes(service);

  const check: handleUnaryCall<HealthRequest, HealthResponse> = (call, callback) => {
    if (known(call.request.service)) callback(null, { status: current });
    else callback({ code: status.NOT_FOUND, details: 'unknown service' });
  };
  const watch: handleServerStreamingCall<HealthRequest, HealthResponse> = (call) => {
    watchers.add(call);
    call.on('cancelled', () => watchers.delete(call));
    call.write({ status: known(call.request.service) ? current : SERVICE_UNKNOWN });
  };
  return {
    handlers: { check, watch },
    serve(): void {
      current = SERVING;
    },
    /** Tells every watcher and ends its call, which would otherwise hold the server open. */
    stop(): void {
      current = NOT_SERVING;
      for (const call of watchers) {
        if (known(call.request.service)) call.write({ status: current });
        call.end();
      }
      watchers.clear();
    },
  };
}

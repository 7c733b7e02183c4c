/** A gRPC client as Crossplane has one, and one for the health service. */
import { once } from 'node:events';
import {
  FunctionRunnerServiceService,
  type Ready,
  RunFunctionRequest,
  RunFunctionResponse,
} from '@crossplane-org/function-sdk-typescript';
import {
  type ChannelCredentials,
  type ClientReadableStream,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { type Logger, pino } from 'pino';
import type { JsonObject } from '../../src/kube/json.ts';
import { createRunFunction, type Report, type RunFunction } from '../../src/server/handler.ts';
import { HealthService } from '../../src/server/health.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/server.ts';
import { NOW } from './request.ts';

const MIB = 1024 * 1024;
const Client = makeGenericClientConstructor({ ...FunctionRunnerServiceService, ...HealthService }, 'Function');

const silent = pino({ level: 'silent' });

export function startTestServer(
  options: Partial<ServerOptions> = {},
  { now = () => NOW, report, log = silent }: { now?: () => Date; report?: Report; log?: Logger } = {},
): Promise<RunningServer> {
  const runFunction = createRunFunction({ ttlSeconds: 60, requirePolicy: false }, now, report);
  const address = { host: undefined, port: 0 };
  return startServer({ address, certificates: undefined, maxReceiveBytes: 16 * MIB, ...options }, runFunction, log);
}

interface PartialResource {
  resource?: JsonObject;
  connectionDetails?: Record<string, Uint8Array>;
  ready?: Ready;
}
interface PartialState {
  composite?: PartialResource;
  resources?: Record<string, PartialResource>;
}

/** As much of a request as a test cares for. */
export interface PartialRequest {
  meta?: { tag: string };
  observed?: PartialState;
  desired?: PartialState;
  input?: JsonObject;
  context?: JsonObject;
  requiredResources?: Record<string, { items: PartialResource[] }>;
}

export const requestOf = (partial: PartialRequest): RunFunctionRequest => RunFunctionRequest.fromPartial(partial as object);

/** Calls the function without a transport, with the SDK's messages at both ends. */
export const callWith = (runFunction: RunFunction, partial: PartialRequest): RunFunctionResponse =>
  RunFunctionResponse.decode(runFunction(RunFunctionRequest.encode(requestOf(partial)).finish(), {}));

type Unary<Req, Rsp> = (request: Req, headers?: Record<string, string>) => Promise<Rsp>;

export interface TestClient {
  runFunction: Unary<PartialRequest, RunFunctionResponse>;
  check: Unary<{ service: string }, { status: number }>;
  /** Every status the server tells, one by one. */
  watch: (request: { service: string }) => { next: () => Promise<number> };
  close(): void;
}

export function connect(target: string, channel: ChannelCredentials = credentials.createInsecure()): TestClient {
  const client = new Client(target, channel, { 'grpc.max_send_message_length': -1 });
  const call =
    <Req, Rsp>(method: string): Unary<Req, Rsp> =>
    (request, headers = {}) =>
      new Promise((resolve, reject) => {
        const metadata = Metadata.fromHttp2Headers(headers);
        client[method]?.(request, metadata, {}, (error: ServiceError | null, response: Rsp) =>
          error ? reject(error) : resolve(response),
        );
      });
  const runFunction = call<RunFunctionRequest, RunFunctionResponse>('runFunction');
  return {
    runFunction: (request, headers) => runFunction(requestOf(request), headers),
    check: call('check'),
    watch: (request) => {
      const stream = client['watch']?.(request) as ClientReadableStream<{ status: number }>;
      // It ends with the server.
      stream.on('error', () => {});
      return { next: async () => (await once(stream, 'data'))[0].status };
    },
    close: () => client.close(),
  };
}

/** Calls one function with one request again and again. */
import { FunctionRunnerServiceService } from '@crossplane-org/function-sdk-typescript';
import { type Client, credentials, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';

export interface Load {
  /** Milliseconds. */
  p50: number;
  p99: number;
  callsPerSecond: number;
}

const asBytes = (bytes: Buffer): Buffer => bytes;

/** Sends and receives bytes: what the client's own codec costs is not measured. */
const BytesClient = makeGenericClientConstructor(
  { runFunction: { ...FunctionRunnerServiceService.runFunction, requestSerialize: asBytes, responseDeserialize: asBytes } },
  'FunctionRunnerService',
);

export class Caller {
  private readonly client: InstanceType<typeof BytesClient>;

  constructor(port: number) {
    this.client = new BytesClient(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  call(request: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.client['runFunction']?.(Buffer.from(request), (error: ServiceError | null, response: Buffer) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  }

  /** `calls` calls, so many of them at a time. */
  async load(request: Uint8Array, calls: number, concurrency: number): Promise<Load> {
    const latencies: number[] = [];
    let left = calls;
    const started = performance.now();
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const before = performance.now();
        await this.call(request);
        latencies.push(performance.now() - before);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    const seconds = (performance.now() - started) / 1000;
    latencies.sort((a, b) => a - b);
    const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
    return { p50: at(0.5), p99: at(0.99), callsPerSecond: calls / seconds };
  }

  close(): void {
    (this.client as Client).close();
  }
}

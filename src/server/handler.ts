/** One gRPC call: decode, compose, encode. The only place that catches everything. */
import { randomUUID } from 'node:crypto';
import type { Composed } from '../call/response.ts';
import { compose, type Options } from '../function.ts';
import type { JsonObject } from '../kube/json.ts';
import { decodeRequest, type WireRequest } from './wire/request.ts';
import { encodeFatal, encodeResponse, ResponseError } from './wire/response.ts';
import { WireError } from './wire/struct.ts';

/** What became of a call. */
type Outcome =
  | { kind: 'composed'; composite: JsonObject; response: Composed }
  /** The pipeline stops: the input of the step or the kind of the composite is at fault, a name is taken, or the response too large. */
  | { kind: 'fatal'; composite: JsonObject; message: string }
  /** The bytes are no request. */
  | { kind: 'malformed'; message: string }
  | { kind: 'bug'; id: string; error: Error };

/** What is told of a call when it is over. */
export type Report = (outcome: Outcome, seconds: number, trace: Trace) => void;

/** The W3C trace context of the caller, where it sent one. */
interface Trace {
  traceparent?: string;
}

/** From a RunFunctionRequest to a RunFunctionResponse, as bytes. Throws a WireError for what is no request, and nothing else. */
export type RunFunction = (request: Uint8Array, trace: Trace) => Uint8Array;

/** The function of a process: `report` is told of every call, and no call, whatever its bytes, ends the process. */
export function createRunFunction(options: Options, now: () => Date, report: Report = () => {}): RunFunction {
  return (bytes, trace) => {
    const started = performance.now();
    const tell = (outcome: Outcome): void => report(outcome, (performance.now() - started) / 1000, trace);
    let request: WireRequest | undefined;
    try {
      request = decodeRequest(bytes);
      const { outcome, encoded } = answer(request, options, now());
      tell(outcome);
      return encoded;
    } catch (error) {
      if (error instanceof WireError) {
        tell({ kind: 'malformed', message: error.message });
        throw error;
      }
      return fatalForBug(request ?? {}, error as Error, tell);
    }
  };
}

function answer(request: WireRequest, options: Options, now: Date): { outcome: Outcome; encoded: Uint8Array } {
  const { observed, required, input } = request;
  const composite = observed.composite ?? {};
  const refuse = (message: string) => ({
    outcome: { kind: 'fatal', composite, message } as const,
    encoded: encodeFatal(request, message),
  });
  const response = compose({ composite, observed: observed.resources, required, input, now }, options);
  if (response.kind === 'fatal') return refuse(response.message);
  try {
    return { outcome: { kind: 'composed', composite, response }, encoded: encodeResponse(request, response) };
  } catch (error) {
    if (error instanceof ResponseError) return refuse(error.message);
    throw error;
  }
}

/** A bug becomes one Fatal with a number to find it by in the log, never a lost process and never half a run. */
function fatalForBug(request: Partial<WireRequest>, error: Error, tell: (outcome: Outcome) => void): Uint8Array {
  const id = randomUUID();
  tell({ kind: 'bug', id, error });
  const message = `internal error ${id}: this is a bug in function-skillpack; its log has the details under this number`;
  return encodeFatal(request, message);
}

/** One gRPC call: decode, compose, encode. The only place that catches everything. */
import { randomUUID } from 'node:crypto';
import type { RunFunctionRequest, RunFunctionResponse } from '@crossplane-org/function-sdk-typescript';
import type { Logger } from 'pino';
import { nameOf } from '../api/composite.ts';
import { compose, type Options } from '../compose.ts';
import { textAt } from '../kube/json.ts';
import { decodeRequest, encodeResponse, fatalResponse } from './codec.ts';

export type RunFunction = (req: RunFunctionRequest) => RunFunctionResponse;

/** A bug becomes one Fatal with a number to find it by in the log, never a lost process and never half a run. */
export function createRunFunction(options: Options, now: () => Date, log: Logger): RunFunction {
  return (req) => {
    const started = performance.now();
    try {
      const request = decodeRequest(req, now());
      const response = compose(request, options);
      const fields = {
        'xr.kind': textAt(request.composite, 'kind'),
        'xr.name': nameOf(request.composite),
        durationMs: Math.round((performance.now() - started) * 1000) / 1000,
      };
      if (response.kind === 'fatal') log.warn({ ...fields, reason: response.message }, 'refused');
      else {
        for (const { reason } of response.results) log.info({ ...fields, reason }, 'transition');
        log.debug({ ...fields, resources: response.resources.size, ttlSeconds: response.ttlSeconds }, 'composed');
      }
      return encodeResponse(req, response);
    } catch (error) {
      const id = randomUUID();
      log.error({ id, err: error }, 'bug');
      return fatalResponse(
        req,
        `internal error ${id}: this is a bug in function-skillpack; its log has the details under this number`,
      );
    }
  };
}

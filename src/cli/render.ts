/**
 * One reconcile without Crossplane: real gRPC calls to the real server in this process, in as many rounds as the
 * function's requirements need, then the documents Crossplane's own `render` prints.
 */
import {
  FunctionRunnerServiceService,
  type Resource,
  type ResourceSelector,
  RunFunctionRequest,
  type RunFunctionResponse,
  Severity,
  Status,
} from '@crossplane-org/function-sdk-typescript';
import { credentials, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { pino } from 'pino';
import { nameOf } from '../api/composite.ts';
import { type Selector, selects } from '../function/request.ts';
import { isObject, type JsonObject, objectAt, textAt } from '../kube/json.ts';
import { RESOURCE_NAME } from '../kube/labels.ts';
import { createRunFunction } from '../server/handler.ts';
import { startServer } from '../server/server.ts';
import type { RenderInput } from './load.ts';
import { withUid } from './uid.ts';

/** As often as Crossplane asks before it gives up on requirements that keep changing. */
const MAX_ROUNDS = 5;

/** What stands for the time of a condition, here and in Crossplane's render, so that output is stable. */
const CONDITION_TIME = '2024-01-01T00:00:00Z';

export interface Rendered {
  composite: JsonObject;
  /** In the order of their resource names. */
  composed: JsonObject[];
  results: JsonObject[];
}

/** Throws with the message of a fatal result. */
export async function render(input: RenderInput, now: Date): Promise<Rendered> {
  const log = pino({ level: 'silent' });
  const runFunction = createRunFunction({ ttlSeconds: 60, requirePolicy: false }, () => now);
  const address = { host: '127.0.0.1', port: 0 };
  const server = await startServer({ address, certificates: undefined, maxReceiveBytes: 16 * 1024 * 1024 }, runFunction, log);
  const Client = makeGenericClientConstructor(FunctionRunnerServiceService, 'FunctionRunnerService');
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  try {
    const call = (req: RunFunctionRequest): Promise<RunFunctionResponse> =>
      new Promise((resolve, reject) => {
        client['runFunction']?.(req, (error: ServiceError | null, rsp: RunFunctionResponse) =>
          error ? reject(error) : resolve(rsp),
        );
      });
    return describe(input.composite, await callUntilStable(call, input));
  } finally {
    client.close();
    await server.stop(0);
  }
}

/** Calls until the function asks for what it asked for before, and has been given it. */
async function callUntilStable(
  call: (req: RunFunctionRequest) => Promise<RunFunctionResponse>,
  input: RenderInput,
): Promise<RunFunctionResponse> {
  const composite = withUid(input.composite);
  const observed = Object.fromEntries([...input.observed].map(([name, resource]) => [name, { resource }]));
  let asked = '';
  let requiredResources: Record<string, { items: { resource: JsonObject }[] }> = {};
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const rsp = await call(
      RunFunctionRequest.fromPartial({
        meta: { tag: 'render' },
        observed: { composite: { resource: composite }, resources: observed },
        ...(input.input && { input: input.input }),
        requiredResources,
      }),
    );
    const fatal = rsp.results.find(({ severity }) => severity === Severity.SEVERITY_FATAL);
    if (fatal !== undefined) throw new Error(fatal.message);
    const selectors = rsp.requirements?.resources ?? {};
    const asks = JSON.stringify(Object.entries(selectors).sort());
    if (asks === asked || Object.keys(selectors).length === 0) return rsp;
    asked = asks;
    requiredResources = Object.fromEntries(
      Object.entries(selectors).map(([key, selector]) => [
        key,
        { items: input.required.filter((resource) => selects(toSelector(selector), resource)).map((resource) => ({ resource })) },
      ]),
    );
  }
  throw new Error(`the function's requirements did not become stable within ${MAX_ROUNDS} rounds`);
}

const toSelector = ({ apiVersion, kind, namespace, matchName, matchLabels }: ResourceSelector): Selector => ({
  apiVersion,
  kind,
  ...(namespace !== undefined && { namespace }),
  ...(matchName !== undefined ? { matchName } : { matchLabels: matchLabels?.labels ?? {} }),
});

function describe(composite: JsonObject, rsp: RunFunctionResponse): Rendered {
  const conditions = rsp.conditions.map(({ type, status, reason, message }) => ({
    lastTransitionTime: CONDITION_TIME,
    ...(message && { message }),
    reason,
    status: { [Status.STATUS_CONDITION_TRUE]: 'True', [Status.STATUS_CONDITION_FALSE]: 'False' }[status as number] ?? 'Unknown',
    type,
  }));
  const status = objectAt(rsp.desired?.composite?.resource, 'status');
  const composed = Object.entries(rsp.desired?.resources ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const namespace = textAt(composite, 'metadata', 'namespace');
  return {
    composite: {
      apiVersion: composite['apiVersion'] ?? '',
      kind: composite['kind'] ?? '',
      metadata: { name: nameOf(composite), ...(namespace !== undefined && { namespace }) },
      status: { conditions, ...status },
    },
    composed: composed.map(([name, resource]) => named(name, resource)),
    results: rsp.results.map(({ severity, message, reason }) => ({
      apiVersion: 'render.crossplane.io/v1beta1',
      kind: 'Result',
      message,
      reason: reason ?? '',
      severity: severity === Severity.SEVERITY_NORMAL ? 'SEVERITY_NORMAL' : 'SEVERITY_WARNING',
    })),
  };
}

function named(name: string, { resource }: Resource): JsonObject {
  const object = isObject(resource) ? resource : {};
  const metadata = objectAt(object, 'metadata');
  const annotations = { [RESOURCE_NAME]: name, ...objectAt(metadata, 'annotations') };
  return { ...object, metadata: { ...metadata, annotations } };
}

/**
 * Between the wire's messages and the core's plain request and response. Copies at the border: the request's maps are
 * never returned, other steps' desired state passes through untouched, and ours replaces and never merges.
 */
import {
  getDesiredComposedResources,
  getDesiredCompositeResource,
  getInput,
  getObservedComposedResources,
  getObservedCompositeResource,
  Ready,
  type Resource,
  type ResourceSelector,
  type RunFunctionRequest,
  type RunFunctionResponse,
  Severity,
  Status,
  Target,
} from '@crossplane-org/function-sdk-typescript';
import type { Request, Selector } from '../function/request.ts';
import type { Composed, Condition, DesiredResource, Response, Result } from '../function/response.ts';
import { isObject, type JsonObject } from '../kube/json.ts';

/** When a call failed, how soon Crossplane may ask again. */
const FATAL_TTL_SECONDS = 10;

export function decodeRequest(req: RunFunctionRequest, now: Date): Request {
  const required = Object.entries(req.requiredResources).map(
    ([key, { items }]) => [key, items.map(jsonOf)] satisfies [string, JsonObject[]],
  );
  const observed = Object.entries(getObservedComposedResources(req) ?? {}).map(
    ([name, resource]) => [name, jsonOf(resource)] satisfies [string, JsonObject],
  );
  return {
    composite: jsonOf(getObservedCompositeResource(req)),
    observed: new Map(observed),
    required: new Map(required),
    input: getInput(req) as JsonObject | undefined,
    now,
  };
}

/** The response to `req`; a fatal one leaves the desired state as it came. */
export function encodeResponse(req: RunFunctionRequest, response: Response): RunFunctionResponse {
  if (response.kind === 'fatal') return fatalResponse(req, response.message);
  const others = getDesiredComposedResources(req) ?? {};
  const clash = [...response.resources.keys()].find((name) => Object.hasOwn(others, name));
  if (clash !== undefined) {
    return fatalResponse(
      req,
      `cannot compose: an earlier step of the pipeline already desires the resource ${JSON.stringify(clash)}; rename it there`,
    );
  }
  const ours = [...response.resources].map(([name, desired]) => [name, encodeResource(desired)] as const);
  return {
    meta: metaOf(req, response.ttlSeconds),
    desired: {
      composite: encodeComposite(getDesiredCompositeResource(req), response),
      resources: { ...others, ...Object.fromEntries(ours) },
    },
    results: response.results.map(encodeResult),
    conditions: response.conditions.map(encodeCondition),
    requirements: {
      resources: Object.fromEntries(Object.entries(response.requirements).map(([key, s]) => [key, encodeSelector(s)])),
      extraResources: {},
      schemas: {},
    },
    ...(req.context !== undefined && { context: req.context }),
  };
}

export function fatalResponse(req: RunFunctionRequest, message: string): RunFunctionResponse {
  return {
    meta: metaOf(req, FATAL_TTL_SECONDS),
    desired: req.desired,
    results: [{ severity: Severity.SEVERITY_FATAL, message, target: Target.TARGET_COMPOSITE }],
    conditions: [],
    requirements: undefined,
    ...(req.context !== undefined && { context: req.context }),
  };
}

const metaOf = (req: RunFunctionRequest, seconds: number) => ({ tag: req.meta?.tag ?? '', ttl: { seconds, nanos: 0 } });

const jsonOf = (resource: Resource | undefined): JsonObject => (isObject(resource?.resource) ? resource.resource : {});

/** Only status is ours to write on the composite; what earlier steps desire of it stays. */
function encodeComposite(earlier: Resource | undefined, { status, ready }: Composed): Resource {
  const before = jsonOf(earlier);
  const statusBefore = isObject(before['status']) ? before['status'] : {};
  return {
    resource: { ...before, status: { ...statusBefore, ...status } },
    connectionDetails: earlier?.connectionDetails ?? {},
    ready: ready ? Ready.READY_TRUE : Ready.READY_FALSE,
  };
}

const encodeResource = ({ resource, ready }: DesiredResource): Resource => ({
  resource,
  connectionDetails: {},
  ready: ready ? Ready.READY_TRUE : Ready.READY_FALSE,
});

const encodeResult = ({ severity, reason, message }: Result) => ({
  severity: severity === 'Normal' ? Severity.SEVERITY_NORMAL : Severity.SEVERITY_WARNING,
  reason,
  message,
  target: Target.TARGET_COMPOSITE_AND_CLAIM,
});

const STATUS = {
  True: Status.STATUS_CONDITION_TRUE,
  False: Status.STATUS_CONDITION_FALSE,
  Unknown: Status.STATUS_CONDITION_UNKNOWN,
};

const encodeCondition = ({ type, status, reason, message }: Condition) => ({
  type,
  status: STATUS[status],
  reason,
  message,
  target: Target.TARGET_COMPOSITE_AND_CLAIM,
});

function encodeSelector(selector: Selector): ResourceSelector {
  const { apiVersion, kind, namespace } = selector;
  const match = 'matchName' in selector ? { matchName: selector.matchName } : { matchLabels: { labels: selector.matchLabels } };
  return { apiVersion, kind, ...match, ...(namespace !== undefined && { namespace }) };
}

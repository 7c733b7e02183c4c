/** What Crossplane's own render prints, without Crossplane. */
import { nameOf } from '../../api/composite.ts';
import { RESOURCE_NAME } from '../../api/labels.ts';
import { type Selector, selects } from '../../call/request.ts';
import type { Composed, DesiredResource } from '../../call/response.ts';
import { composeInRounds } from '../../call/rounds.ts';
import { compose } from '../../function.ts';
import { type JsonObject, objectAt, textAt } from '../../kube/json.ts';
import type { RenderInput } from '../input/load.ts';
import { withUid } from '../input/uid.ts';

/** What stands for the time of a condition, here and in Crossplane's render, so that output is stable. */
const CONDITION_TIME = '2024-01-01T00:00:00Z';

export interface Rendered {
  composite: JsonObject;
  /** In the order of their resource names. */
  composed: JsonObject[];
  results: JsonObject[];
  /** What it was asked for; the rest of what was given is not used. */
  asked: Selector[];
}

/** Throws with the message of a fatal result. */
export function render({ composite, input, observed, required }: RenderInput, now: Date): Rendered {
  const response = composeInRounds(
    (request) => compose(request, { ttlSeconds: 60, requirePolicy: false }),
    { composite: withUid(composite), observed, input, now },
    (selector) => required.filter((resource) => selects(selector, resource)),
  );
  if (response.kind === 'fatal') throw new Error(response.message);
  return describe(composite, response);
}

function describe(composite: JsonObject, { status, conditions, resources, results, requirements }: Composed): Rendered {
  const namespace = textAt(composite, 'metadata', 'namespace');
  return {
    composite: {
      apiVersion: composite['apiVersion'] ?? '',
      kind: composite['kind'] ?? '',
      metadata: { name: nameOf(composite), ...(namespace !== undefined && { namespace }) },
      status: {
        conditions: conditions.map(({ type, status, reason, message }) => ({
          lastTransitionTime: CONDITION_TIME,
          ...(message && { message }),
          reason,
          status,
          type,
        })),
        ...(status as JsonObject),
      },
    },
    composed: [...resources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, resource]) => named(name, resource)),
    results: results.map(({ severity, message, reason }) => ({
      apiVersion: 'render.crossplane.io/v1beta1',
      kind: 'Result',
      message,
      reason,
      severity: severity === 'Normal' ? 'SEVERITY_NORMAL' : 'SEVERITY_WARNING',
    })),
    asked: Object.values(requirements),
  };
}

function named(name: string, { resource }: DesiredResource): JsonObject {
  const metadata = objectAt(resource, 'metadata');
  const annotations = { [RESOURCE_NAME]: name, ...objectAt(metadata, 'annotations') };
  return { ...resource, metadata: { ...metadata, annotations } };
}

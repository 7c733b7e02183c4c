/** Ways into the Pod of a composed Job or Deployment. */
import type { Composed } from '../../src/call/response.ts';
import { isObject, type JsonObject, type JsonValue, listAt, objectAt } from '../../src/kube/json.ts';
import { manifestOf } from './request.ts';

export const podOf = (response: Composed, workload = 'agentrun-job'): JsonObject =>
  objectAt(manifestOf(response, workload), 'spec', 'template', 'spec');
export const containersOf = (pod: JsonObject): JsonObject[] =>
  [...listAt(pod, 'initContainers'), ...listAt(pod, 'containers')] as JsonObject[];
export const envOf = (container: JsonObject | undefined): Record<string, JsonValue | undefined> =>
  Object.fromEntries(listAt(container, 'env').map((item) => (isObject(item) ? [item['name'], item['value'] ?? null] : [])));
export const byName = (pod: JsonObject, name: string): JsonObject | undefined =>
  containersOf(pod).find((container) => container['name'] === name);

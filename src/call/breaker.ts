import { readCondition } from '../kube/conditions.ts';
import type { JsonObject } from '../kube/json.ts';

/**
 * Whether Crossplane's circuit breaker is open for a composite, so that Crossplane hears of no change of what it composed.
 * crossplane/crossplane, apis/apiextensions/v1/conditions.go: WatchCircuitOpen.
 */
export function isBreakerOpen(composite: JsonObject): boolean {
  const responsive = readCondition(composite, 'Responsive');
  return responsive?.status === 'False' && responsive.reason === 'WatchCircuitOpen';
}

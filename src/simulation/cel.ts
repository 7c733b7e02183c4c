/** The readiness queries of Objects. */
import { parse } from '@marcbachmann/cel-js';
import type { JsonObject } from '../kube/json.ts';

const queries = new Map<string, ReturnType<typeof parse>>();

/** Whether a query is true of a resource; what cannot be evaluated is not. */
export function holds(query: string, object: JsonObject): boolean {
  const parsed = queries.get(query) ?? parse(query);
  queries.set(query, parsed);
  try {
    return parsed({ object }) === true;
  } catch {
    return false;
  }
}

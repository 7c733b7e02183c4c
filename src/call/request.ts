/** One call of the function, without the wire: what was asked for and what is observed. */
import { type JsonObject, objectAt, textAt } from '../kube/json.ts';

/** The resources asked for in `Response.requirements`, by the same key. A key that is absent was not fetched yet. */
export type Required = ReadonlyMap<string, JsonObject[]>;

export interface Request {
  /** The composite (XR) as Crossplane read it: metadata, spec and status. */
  composite: JsonObject;
  /** The composed resources that exist, by resource name. */
  observed: ReadonlyMap<string, JsonObject>;
  required: Required;
  /** The input of the Composition's step, as it stands there. */
  input: JsonObject | undefined;
  /** The moment of the call. Time enters the core only here. */
  now: Date;
}

/** Which resources Crossplane shall send with the next call. */
export type Selector =
  | { apiVersion: string; kind: string; matchName: string; namespace?: string }
  | { apiVersion: string; kind: string; matchLabels: Record<string, string>; namespace?: string };

/** Whether a selector means a resource. */
export function selects(selector: Selector, resource: JsonObject): boolean {
  const labels = objectAt(resource, 'metadata', 'labels');
  return (
    resource['apiVersion'] === selector.apiVersion &&
    resource['kind'] === selector.kind &&
    (selector.namespace === undefined || textAt(resource, 'metadata', 'namespace') === selector.namespace) &&
    ('matchName' in selector
      ? textAt(resource, 'metadata', 'name') === selector.matchName
      : Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value))
  );
}

/** What became of a reference; the four cases call for four different answers. */
export type Lookup =
  | { kind: 'notFetched' }
  | { kind: 'missing' }
  | { kind: 'several'; count: number }
  | { kind: 'found'; resource: JsonObject };

/** What became of the reference `key`, among the resources that are what they say they are. */
export function lookUp(required: Required, key: string, isMeant: (resource: JsonObject) => boolean = () => true): Lookup {
  const items = required.get(key)?.filter(isMeant);
  if (items === undefined) return { kind: 'notFetched' };
  const [resource, ...others] = items;
  if (resource === undefined) return { kind: 'missing' };
  return others.length > 0 ? { kind: 'several', count: items.length } : { kind: 'found', resource };
}

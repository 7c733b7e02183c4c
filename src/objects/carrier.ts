/**
 * How a part of a run is carried into the cluster. The rest of the code asks a carrier and knows no more of it; today there is one, the
 * Object of provider-kubernetes (object.ts).
 */
import type { Selector } from '../call/request.ts';
import type { JsonObject } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';

/**
 * What may be done with the real object. full: everything. fixed: it is never updated; it may be created, which Kubernetes refuses for a
 * locked Job (run/lock.ts), and so shows that the Job is gone. withheld: it is not created, or not yet; it may be observed and deleted.
 */
export type Permission = 'full' | 'fixed' | 'withheld';

export interface Wrapping {
  labels?: Record<string, string>;
  /** Default full. */
  permission?: Permission;
  /** Whether its Pods go before it. */
  isForeground?: boolean;
  /** Whether a change of the real object is noticed at once. */
  watch?: boolean;
  /** A CEL expression over `object` for when it is ready. Default once it is applied. */
  readyWhen?: string;
}

/** What of something that exists is to differ from what it was. */
export interface Changes {
  manifest?: JsonObject;
  /** Default as it was. */
  permission?: Permission;
  watch?: boolean;
}

/** How far a part got. `pending`: nobody has seen its latest generation. `applied`: it is made and not ready, as a Job before its end. */
export type CarriedState = { kind: 'pending' } | { kind: 'error'; message: string } | { kind: 'applied' } | { kind: 'ready' };

export interface Carrier {
  /** Those of the observed resources that this function composed, by resource name. */
  own: (observed: ReadonlyMap<string, JsonObject>) => Map<string, JsonObject>;
  /** Everything that carries a part of a run, by the label of the run. */
  select: (run: { id: string; namespace: string }) => Selector;
  /** @param config which configuration of the carrier is used; see `configOf` */
  wrap: (manifest: Manifest, config: string, namespace: string, wrapping: Wrapping) => JsonObject;
  /** Which configuration something that exists uses. */
  configOf: (carried: JsonObject) => string | undefined;
  /** It is desired as it was, but for some changes: with the fields we own only, so that what does not differ writes nothing. */
  again: (carried: JsonObject, changes?: Changes) => JsonObject;
  stateOf: (carried: JsonObject) => CarriedState;
  /** Whether the real object does not exist, and was looked for. */
  isAbsent: (carried: JsonObject) => boolean;
  /** Whether the real object may not be updated. */
  isRestricted: (carried: JsonObject) => boolean;
  /** The real object as it was asked for, and as it was last observed. */
  desiredOf: (carried: JsonObject | undefined) => JsonObject;
  realOf: (carried: JsonObject) => JsonObject;
}

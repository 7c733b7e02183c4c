/**
 * How a part of a run is carried into the cluster: by an Object of provider-kubernetes (object.ts), or by itself, composed directly
 * (resource.ts). choice.ts picks; the rest of the code asks a carrier and knows no more of it.
 */
import type { Selector } from '../call/request.ts';
import type { JsonObject } from '../kube/json.ts';
import type { Manifest } from '../kube/manifest.ts';

/**
 * What may be done with the real object. full: everything. fixed: it is never updated; it may be created, which Kubernetes refuses for a
 * locked Job (run/lock.ts), and so shows that the Job is gone. withheld: it is not created, or not yet; it may be observed and deleted.
 */
export type Permission = 'full' | 'fixed' | 'withheld';

/** When a real object is ready: as the provider is asked to evaluate it, and as the function does. A test holds the two together. */
export interface Readiness {
  /** A CEL expression over `object`. */
  celQuery: string;
  isMet: (real: JsonObject) => boolean;
}

export interface Wrapping {
  labels?: Record<string, string>;
  /** Default full. */
  permission?: Permission;
  /** Whether its Pods go before it. */
  isForeground?: boolean;
  /** Whether a change of the real object is noticed at once. */
  watch?: boolean;
  /** Default as soon as it is applied. */
  readyWhen?: Readiness;
}

/** What of something that exists is to differ from what it was. */
export interface Changes {
  manifest?: JsonObject;
  /** What would be planned now, for whom it saves a write: what was made of exactly this is asked for as this. */
  planned?: Manifest | undefined;
  /** Default as it was. */
  permission?: Permission;
  watch?: boolean;
}

/** How far a part got. `pending`: nobody has seen its latest generation. `applied`: it is made and not ready, as a Job before its end. */
export type CarriedState = { kind: 'pending' } | { kind: 'error'; message: string } | { kind: 'applied' } | { kind: 'ready' };

/** A kind of real objects. */
export interface Kind {
  apiVersion: string;
  kind: string;
  scope: 'Namespaced' | 'Cluster';
}

export interface Carrier {
  /** Whether an answer that cannot be applied loses its status too, so that the status has to come first. */
  losesStatus: boolean;
  /**
   * What to ask for to find the parts of a run of some kinds by the label of the run, by a key of its own each. Crossplane has to be able
   * to list the kinds: a requirement that it may not list stalls the run for two minutes in each call.
   */
  select: (run: { id: string; namespace: string }, kinds: readonly Kind[]) => Record<string, Selector>;
  /** Why a manifest cannot be carried, as the rule that it breaks; undefined when it can. */
  refuse: (manifest: Manifest) => string | undefined;
  /**
   * What carries a manifest, or undefined while nothing may.
   *
   * @param config which configuration of the carrier is used; see `configOf`
   */
  wrap: (manifest: Manifest, config: string, namespace: string, wrapping: Wrapping) => JsonObject | undefined;
  /** Which configuration something that exists uses. */
  configOf: (carried: JsonObject) => string | undefined;
  /** It is desired as it was, but for some changes: with the fields we own only, so that what does not differ writes nothing. */
  again: (carried: JsonObject, changes?: Changes) => JsonObject;
  /** Whether the rights of the run are emptied before it goes. */
  isEmptiedFirst: (carried: JsonObject) => boolean;
  /** The same without the right that it grants; undefined when there is none, or none any more. */
  emptied: (carried: JsonObject) => JsonObject | undefined;
  stateOf: (carried: JsonObject, readyWhen?: Readiness) => CarriedState;
  /** Whether the real object does not exist, and was looked for. */
  isAbsent: (carried: JsonObject) => boolean;
  /** Whether the real object may not be updated. */
  isRestricted: (carried: JsonObject) => boolean;
  /** The real object as it was asked for, and as it was last observed. */
  desiredOf: (carried: JsonObject | undefined) => JsonObject;
  realOf: (carried: JsonObject) => JsonObject;
}

/** The key under which what exists of a run is asked for. */
export const HELD = 'held';

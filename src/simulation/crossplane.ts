/**
 * What the model needs of Crossplane, read from its source: its caches, which composite is reconciled when something
 * changes, and what it fetches for the function. What it does with one composite stands in reconciler.ts.
 *
 * Not modelled: claims as resources of their own, packages, revisions, the watch circuit breaker, watches of required
 * resources (the TTL finds their changes), a list that is older than what was seen before a restart.
 */
import { API_VERSION, CLAIMS, variantOf } from '../api/kinds.ts';
import { RESOURCE_NAME } from '../api/labels.ts';
import { type Selector, selects } from '../call/request.ts';
import { compose } from '../function.ts';
import { type JsonObject, textAt } from '../kube/json.ts';
import { type ApiServer, FOREGROUND, isOwnedBy, keyOf, uidOf } from './apiserver.ts';
import type { Clock } from './clock.ts';
import { Informer } from './informer.ts';
import { FINALIZER, Reconciler, type ReconcilerOptions } from './reconciler.ts';

export interface CrossplaneOptions extends Omit<ReconcilerOptions, 'refuses'> {
  /** How late a change of an Object is noticed, and with `lateLists` of anything that was asked for. */
  lagMs: () => number;
  /** How late a change of a composite is noticed, its own writes included. */
  compositeLagMs: () => number;
  /** Whether what was asked for is listed from the caches too. */
  lateLists: boolean;
}

/** Everything is noticed at once, and every answer is carried out. */
export const QUIET: Omit<CrossplaneOptions, 'input'> = {
  lagMs: () => 20,
  compositeLagMs: () => 20,
  lateLists: false,
  cleansLabels: false,
  stepMs: () => 0,
  shuffle: (items) => items,
  compose: (request) => compose(request, { ttlSeconds: 60, requirePolicy: false }),
};

const RECONCILE_MS = 20;

/** Crossplane until it has noticed its deletion, and behind a claim the garbage collector until its Objects are gone. */
export const finalizersOfComposite = (composite: JsonObject): string[] =>
  variantOf(composite) === CLAIMS ? [FINALIZER, FOREGROUND] : [FINALIZER];

export class Crossplane {
  private readonly api: ApiServer;
  private readonly options: CrossplaneOptions;
  private readonly composed: Informer;
  private readonly composites: Informer;
  private readonly references: Informer;
  private readonly reconcilers: Map<string, Reconciler>;
  private readonly forbidden = new Map<string, string>();

  constructor(clock: Clock, api: ApiServer, composites: JsonObject[], options: CrossplaneOptions) {
    this.api = api;
    this.options = options;
    const cache = {
      composite: (composite: JsonObject) => this.composites.get(composite),
      // What is not cached yet is asked of the API server.
      object: (object: JsonObject) => this.composed.get(object) ?? api.get(object),
      list: (selector: Selector) => this.list(selector),
    };
    this.reconcilers = new Map(
      composites.map((composite) => [
        keyOf(composite),
        new Reconciler(clock, api, composite, cache, { ...options, refuses: (kind) => this.forbidden.get(kind) }),
      ]),
    );
    this.composed = new Informer(clock, api, {
      selects: (resource) => textAt(resource, 'metadata', 'annotations', RESOURCE_NAME) !== undefined,
      lagMs: options.lagMs,
      notice: (object) => this.noticeObject(object),
    });
    this.composites = new Informer(clock, api, {
      selects: (resource) => this.reconcilers.has(keyOf(resource)),
      lagMs: options.compositeLagMs,
      notice: (composite) => this.reconcilers.get(keyOf(composite))?.enqueue(RECONCILE_MS),
    });
    this.references = new Informer(clock, api, {
      selects: ({ apiVersion }) => apiVersion === API_VERSION,
      lagMs: options.lagMs,
      notice: () => undefined,
    });
  }

  stop(): void {
    for (const reconciler of this.reconcilers.values()) reconciler.stop();
  }

  /** It may not create or change objects of a kind until it is permitted. */
  forbid(kind: string, message: string): void {
    this.forbidden.set(kind, message);
  }

  permit(kind: string): void {
    this.forbidden.delete(kind);
  }

  /** It lists everything when it starts. */
  start(): void {
    for (const informer of [this.composed, this.composites, this.references]) informer.restart();
    for (const reconciler of this.reconcilers.values()) reconciler.start(RECONCILE_MS);
  }

  private noticeObject(object: JsonObject): void {
    for (const reconciler of this.reconcilers.values()) {
      const composite = this.composites.get(reconciler.composite);
      if (composite !== undefined && isOwnedBy(object, uidOf(composite))) reconciler.enqueue(RECONCILE_MS);
    }
  }

  private list(selector: Selector): JsonObject[] {
    if (!this.options.lateLists) return this.api.list(selector.kind).filter((resource) => selects(selector, resource));
    const informer = selector.apiVersion === API_VERSION ? this.references : this.composed;
    return informer.all().filter((resource) => selects(selector, resource));
  }
}

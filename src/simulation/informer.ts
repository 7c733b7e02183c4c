/** What a client sees of some resources through a watch: every change in its order, but late. It never goes back. */
import type { JsonObject } from '../kube/json.ts';
import { type ApiServer, keyOf } from './apiserver.ts';
import type { Clock } from './clock.ts';

export interface InformerOptions {
  selects: (resource: JsonObject) => boolean;
  lagMs: () => number;
  /** Is told of each change when it arrives. */
  notice: (resource: JsonObject) => void;
}

export class Informer {
  private readonly clock: Clock;
  private readonly api: ApiServer;
  private readonly options: InformerOptions;
  private readonly cache = new Map<string, JsonObject>();
  /** When the last change that is on its way arrives; the next one does not overtake it. */
  private lastArrival = 0;
  /** What was on its way before a restart does not arrive. */
  private starts = 0;

  constructor(clock: Clock, api: ApiServer, options: InformerOptions) {
    this.clock = clock;
    this.api = api;
    this.options = options;
    this.list();
    api.watch(({ before, after }) => {
      const resource = after ?? before ?? {};
      if (options.selects(resource)) this.receive(resource, after);
    });
  }

  get(resource: unknown): JsonObject | undefined {
    return this.cache.get(keyOf(resource));
  }

  all(): JsonObject[] {
    return [...this.cache.values()];
  }

  /** Forgets, and lists what there is. */
  restart(): void {
    this.starts += 1;
    this.lastArrival = 0;
    this.cache.clear();
    this.list();
  }

  private list(): void {
    for (const resource of this.api.all()) if (this.options.selects(resource)) this.cache.set(keyOf(resource), resource);
  }

  private receive(resource: JsonObject, after: JsonObject | undefined): void {
    const { starts } = this;
    this.lastArrival = Math.max(this.lastArrival, this.clock.now + this.options.lagMs());
    this.clock.after(this.lastArrival - this.clock.now, () => {
      if (this.starts !== starts) return;
      if (after === undefined) this.cache.delete(keyOf(resource));
      else this.cache.set(keyOf(after), after);
      this.options.notice(resource);
    });
  }
}

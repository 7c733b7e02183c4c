/** API server, cluster, provider and Crossplane under one clock, with the runs that live in it. */
import type { JsonObject } from '../kube/json.ts';
import { ApiServer } from './apiserver.ts';
import { Clock } from './clock.ts';
import { Cluster } from './cluster.ts';
import { Crossplane, type CrossplaneOptions, QUIET } from './crossplane.ts';
import { GarbageCollector } from './garbage.ts';
import { admitJob } from './jobadmission.ts';
import { Provider } from './provider.ts';
import { Timeline } from './timeline.ts';

export interface WorldOptions extends Omit<CrossplaneOptions, 'input'> {
  start: Date;
  /** Whether the provider runs with --enable-watches. */
  watches: boolean;
  /** Whether the provider deletes with a propagation policy, as it does from 1.3 on. */
  propagates: boolean;
  /** How long the provider takes to look at an Object that has changed. */
  providerDelayMs: number;
}

/** A quiet world: everything is noticed at once, and nothing is refused. */
const DEFAULTS: WorldOptions = {
  start: new Date('2026-01-01T12:00:00Z'),
  watches: true,
  propagates: false,
  providerDelayMs: 100,
  ...QUIET,
};

export interface WorldCast {
  /** The composites of the runs, which do not exist yet. */
  composites: JsonObject[];
  /** What they refer to. */
  required: JsonObject[];
  /** The input of the Composition's step. */
  input: JsonObject | undefined;
}

export class World {
  readonly clock: Clock;
  readonly api: ApiServer;
  readonly cluster: Cluster;
  readonly provider: Provider;
  readonly garbage: GarbageCollector;
  readonly crossplane: Crossplane;
  readonly timeline: Timeline;
  /** The input of the Composition's step, which may be edited. */
  input: JsonObject | undefined;

  constructor({ composites, required, input }: WorldCast, given: Partial<WorldOptions> = {}) {
    const options = { ...DEFAULTS, ...given };
    this.input = input;
    this.clock = new Clock(options.start);
    this.api = new ApiServer(this.clock);
    this.api.admit(admitJob);
    for (const resource of required) this.api.put(resource);
    this.timeline = new Timeline(this.clock, this.api, composites);
    this.cluster = new Cluster(this.clock, this.api);
    this.provider = new Provider(this.clock, this.api, { ...options, delayMs: options.providerDelayMs });
    this.garbage = new GarbageCollector(this.api, composites);
    this.crossplane = new Crossplane(this.clock, this.api, composites, { ...options, input: () => this.input });
  }
}

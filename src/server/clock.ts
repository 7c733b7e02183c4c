/** The time, as the server has it. A test brings a clock of its own. */

export interface Alarm {
  cancel(): void;
}

export interface Clock {
  now(): Date;
  /** Calls `then` once, `ms` from now; at once for more than 2^31 - 1. Keeps no process alive. */
  after(ms: number, then: () => void): Alarm;
}

export const systemClock: Clock = {
  now: () => new Date(),
  after(ms, then) {
    const timer = setTimeout(then, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

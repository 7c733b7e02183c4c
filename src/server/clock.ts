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

/** A clock that is set meanwhile is looked at again. It is also far below what a timer takes at most. */
const STEP_MS = 3_600_000;

/** Calls `then` once, when `moment` has come, however far it is. */
export function callAt(clock: Clock, moment: Date, then: () => void): Alarm {
  const wait = (): Alarm => {
    const left = moment.getTime() - clock.now().getTime();
    return left <= 0 ? clock.after(0, then) : clock.after(Math.min(left, STEP_MS), () => (alarm = wait()));
  };
  let alarm = wait();
  return { cancel: () => alarm.cancel() };
}

import type { Alarm, Clock } from '../../src/server/clock.ts';

/** A clock that only moves when a test moves it. It starts now, because certificates are made for now. */
export class TestClock implements Clock {
  #now = Date.now();
  readonly #alarms = new Map<Alarm, { at: number; then: () => void }>();

  now(): Date {
    return new Date(this.#now);
  }

  after(ms: number, then: () => void): Alarm {
    const alarm = { cancel: () => this.#alarms.delete(alarm) };
    this.#alarms.set(alarm, { at: this.#now + ms, then });
    return alarm;
  }

  /** Calls what is due on the way, in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#alarms].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#alarms.delete(due[0]);
      this.#now = due[1].at;
      due[1].then();
    }
    this.#now = end;
  }

  /** How many alarms are set. */
  get pending(): number {
    return this.#alarms.size;
  }
}

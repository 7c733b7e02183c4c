/** A clock that stands still until it is moved, and what is to happen when. */
import { formatTime } from '../kube/time.ts';

interface Task {
  at: number;
  run: () => void;
}

export class Clock {
  /** Milliseconds since 1970. */
  now: number;
  /** By time; what is due at the same moment runs in the order it was asked for. */
  private readonly tasks: Task[] = [];

  constructor(start: Date) {
    this.now = start.getTime();
  }

  after(milliseconds: number, run: () => void): void {
    const at = this.now + milliseconds;
    let index = this.tasks.length;
    while (index > 0 && (this.tasks[index - 1]?.at ?? 0) > at) index -= 1;
    this.tasks.splice(index, 0, { at, run });
  }

  advance(milliseconds: number): void {
    this.advanceUntil(() => false, milliseconds);
  }

  /** Moves on until something is so, at most `limit` milliseconds. Tells whether it is so. */
  advanceUntil(isSo: () => boolean, limit: number): boolean {
    const end = this.now + limit;
    for (;;) {
      if (isSo()) return true;
      const [next] = this.tasks;
      if (next === undefined || next.at > end) break;
      this.tasks.shift();
      this.now = next.at;
      next.run();
    }
    this.now = end;
    return isSo();
  }

  /** The present as Kubernetes writes it: RFC 3339 in whole seconds. */
  timestamp(): string {
    return formatTime(this.now);
  }
}

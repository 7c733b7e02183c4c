import type { Logger } from 'pino';
import type { Clock } from './clock.ts';

const INTERVAL_MS = 1000;

/**
 * Logs warnings that anybody can cause: at most one line a second. A line that stands for others too is their last and says
 * how many were `suppressed`; none is forgotten.
 */
export function throttleWarnings(log: Logger, clock: Clock, message: string): (fields: object) => void {
  let isQuiet = false;
  let latest: object | undefined;
  let count = 0;
  const write = (): void => {
    log.warn({ ...latest, ...(count > 1 && { suppressed: count - 1 }) }, message);
    count = 0;
    isQuiet = true;
    clock.after(INTERVAL_MS, () => {
      isQuiet = false;
      if (count > 0) write();
    });
  };
  return (fields) => {
    latest = fields;
    count += 1;
    if (!isQuiet) write();
  };
}

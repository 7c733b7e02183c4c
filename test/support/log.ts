/** A logger whose lines a test reads one by one. */

import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { type Logger, pino } from 'pino';

type Line = Record<string, unknown> & { msg: string };

export function readLog(level = 'info'): { log: Logger; next: () => Promise<Line> } {
  const stream = new PassThrough();
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
  const next = async (): Promise<Line> => JSON.parse((await lines.next()).value ?? '{}');
  return { log: pino({ level, base: null, timestamp: false }, stream), next };
}

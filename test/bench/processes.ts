/** The processes that are measured, each as one bundle as it is shipped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildFunction } from '../../tools/build.ts';

/** As examples/install sets them. */
const MEMORY = '--max-old-space-size=96 --max-semi-space-size=2';

/** Bundles an entry as it is shipped. */
export async function bundle(entry: string, directory: string): Promise<string> {
  const outfile = join(directory, entry.replaceAll('/', '-').replace('.ts', '.cjs'));
  await buildFunction(entry, outfile);
  return outfile;
}

export interface Started {
  port: number;
  /** Milliseconds from its spawn until it serves. */
  coldStart: number;
  rss(): number;
  stop(): Promise<void>;
}

/** Starts a bundle and waits for the line with its port. */
export async function startProcess(file: string, args: string[] = [], nodeFlags: string[] = []): Promise<Started> {
  const started = performance.now();
  const child: ChildProcess = spawn(process.execPath, [...nodeFlags, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: MEMORY },
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const ended = once(child, 'close').then(() => Promise.reject(new Error(`${file} ended before it served`)));
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  const coldStart = performance.now() - started;
  const { port } = JSON.parse(line) as { port: number };
  return {
    port,
    coldStart,
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    async stop() {
      child.kill('SIGTERM');
      await ended.catch(() => undefined);
    },
  };
}

/** The command `skillpack` as it is shipped: one bundled file, started from another directory. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommand } from '../../tools/build.ts';
import { projectPath } from './project.ts';
import { temporaryDirectory } from './temporary.ts';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** It is written once for each file of tests, beside the examples, as in the package. */
let built: Promise<string> | undefined;

/** What one file of tests has written is gone for the next one that shares its memory. */
async function bundled(): Promise<string> {
  if (built === undefined || !existsSync(await built)) built = bundle();
  return built;
}

async function bundle(): Promise<string> {
  const root = temporaryDirectory();
  symlinkSync(projectPath('examples'), join(root, 'examples'));
  const file = join(root, 'dist/cli/skillpack.mjs');
  await buildCommand(file);
  return file;
}

interface Given {
  /** Where it is started; default an empty directory. */
  cwd?: string;
  /** Its standard input. */
  input?: string;
  /** Its variables beside PATH. */
  env?: Record<string, string>;
  /** Of how many bytes its output is read before the pipe is closed; default all. */
  reads?: number;
}

export async function skillpack(
  args: string[],
  { cwd = temporaryDirectory(), input = '', env = {}, reads = Number.POSITIVE_INFINITY }: Given = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [await bundled(), ...args], { cwd, env: { PATH: process.env['PATH'], ...env } });
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    ran.stdout += String(chunk);
    if (ran.stdout.length >= reads) child.stdout.destroy();
  });
  child.stderr.on('data', (chunk) => {
    ran.stderr += String(chunk);
  });
  child.stdin.end(input);
  ran.code = await new Promise((resolve) => child.on('close', resolve));
  return ran;
}

/** Files by their path below a directory, which is returned. */
export function directoryWith(files: Record<string, string | Uint8Array>): string {
  const root = temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

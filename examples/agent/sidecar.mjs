// The sidecar of a pack: it runs what the agent asks for. Only here is the token of the run.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const TOOLS = '/ipc/tools';
const { SYMPOZIUM_SKILL_PACK: pack } = process.env;

/** A command that was not found, or was ended, has a word or nothing for a code. */
const exitCodeOf = (error) => (error === null ? 0 : Number.isInteger(error.code) ? error.code : 1);

/** Runs a command and its arguments, without a shell. */
const run = ([command, ...args], timeout) =>
  new Promise((resolve) => {
    execFile(command, args, { timeout: timeout * 1000 }, (error, stdout, stderr) =>
      resolve({ exitCode: exitCodeOf(error), stdout, stderr, timedOut: error?.killed === true }),
    );
  });

/** The answer to a request, or undefined where it is for another pack. A request that cannot be carried out is answered too. */
async function serve(file) {
  try {
    const { target, argv, timeout = 30 } = JSON.parse(readFileSync(file, 'utf8'));
    if (target !== pack) return undefined;
    if (!Array.isArray(argv) || argv.length === 0 || !argv.every((argument) => typeof argument === 'string'))
      return failed('argv must be a list of texts');
    return await run(argv, Number(timeout) > 0 ? Number(timeout) : 30);
  } catch (error) {
    return failed(error.message);
  }
}

const failed = (stderr) => ({ exitCode: 1, stdout: '', stderr, timedOut: false });

// Kubernetes ends sidecars by SIGTERM when the agent has ended.
process.on('SIGTERM', () => process.exit(0));

mkdirSync(TOOLS, { recursive: true });
while (true) {
  for (const name of readdirSync(TOOLS)) {
    // The id is that of the file: what stands in it may be anything.
    const [, id] = /^exec-request-([\w-]+)\.json$/.exec(name) ?? [];
    const result = `${TOOLS}/exec-result-${id}.json`;
    if (id === undefined || existsSync(result)) continue;
    const answer = await serve(`${TOOLS}/${name}`);
    if (answer === undefined) continue;
    writeFileSync(`${result}.new`, JSON.stringify({ id, ...answer }));
    renameSync(`${result}.new`, result);
  }
  await wait(100);
}

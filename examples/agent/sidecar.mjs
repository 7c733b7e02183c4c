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

// Kubernetes ends sidecars by SIGTERM when the agent has ended.
process.on('SIGTERM', () => process.exit(0));

mkdirSync(TOOLS, { recursive: true });
while (true) {
  for (const name of readdirSync(TOOLS).filter((file) => /^exec-request-\w+\.json$/.test(file))) {
    const { id, target, argv = [], timeout = 30 } = JSON.parse(readFileSync(`${TOOLS}/${name}`, 'utf8'));
    const result = `${TOOLS}/exec-result-${id}.json`;
    // Each request is for one pack, and is done once.
    if (target !== pack || argv.length === 0 || existsSync(result)) continue;
    writeFileSync(`${result}.new`, JSON.stringify({ id, ...(await run(argv, timeout)) }));
    renameSync(`${result}.new`, result);
  }
  await wait(100);
}

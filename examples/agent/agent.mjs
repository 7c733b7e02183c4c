// What any agent does, without a model: it reads its skills and its task, calls a tool, leaves a result and ends. docs/agent.md has the contract.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync, mkdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const TOOLS = '/ipc/tools';
const { TASK = '', RUN_TIMEOUT = '', SIDECAR_TOOLS_MANIFEST_PATH: manifest } = process.env;

/** Asks a sidecar to run a tool, and waits for what it answers. */
async function call({ target, exec }) {
  const id = `${Date.now()}`;
  const [request, result] = [`${TOOLS}/exec-request-${id}.json`, `${TOOLS}/exec-result-${id}.json`];
  mkdirSync(TOOLS, { recursive: true });
  // Written beside and renamed, so that nobody reads half of it.
  writeFileSync(`${request}.new`, JSON.stringify({ id, target, argv: exec, workDir: '/workspace', timeout: 30 }));
  renameSync(`${request}.new`, request);
  for (let tries = 0; tries < 400; tries += 1) {
    if (existsSync(result)) {
      const answer = JSON.parse(readFileSync(result, 'utf8'));
      rmSync(request, { force: true });
      rmSync(result, { force: true });
      return answer;
    }
    await wait(100);
  }
  return { exitCode: 1, stdout: '', stderr: `no sidecar has answered for ${target}` };
}

// The node ends an agent by SIGTERM, when its run is cancelled or its time is over.
process.on('SIGTERM', () => process.exit(143));

const skills = readdirSync('/skills').filter((name) => name.endsWith('.md'));
console.log(`Task: ${TASK}\nTime: ${RUN_TIMEOUT}\nSkills: ${skills.join(', ')}`);
const tools = manifest === undefined ? [] : JSON.parse(readFileSync(manifest, 'utf8')).tools;
const [tool] = tools;
if (tool === undefined) {
  writeFileSync('/dev/termination-log', `I have ${skills.length} skills and no tool.`);
  process.exit(0);
}
const answer = await call(tool);
console.log(`${tool.name} has ended with exit code ${answer.exitCode}\n${answer.stdout}${answer.stderr}`);
// What stands there is told in status.result of the AgentRun, where the platform permits it: at most 4096 bytes.
writeFileSync('/dev/termination-log', (answer.stdout || answer.stderr).slice(0, 4000));
process.exit(answer.exitCode === 0 ? 0 : 1);

/** What a tenant reads of runs that do not go well, and what he can do about it. */
import { API_VERSION } from '../../../src/api/kinds.ts';
import type { JsonObject } from '../../../src/kube/json.ts';
import { projectPath } from '../../support/project.ts';
import { IDLE, TINY } from '../agent.ts';
import { wait } from '../clock.ts';
import { apply, applyFile, attempt, bindUser, evict, remove, removeFile } from '../kubectl.ts';
import { buildPack, idle, rule } from '../packs.ts';
import type { Run } from '../run.ts';
import { must, type Scenario, type World } from '../world.ts';

interface Case {
  /** What is wrong. */
  what: string;
  /** The agent, as a policy of its namespace makes it. */
  agent?: JsonObject;
  pack?: JsonObject;
  /** What else is in its namespace. */
  others?: (namespace: string) => JsonObject;
  /** What is done to it once it works. */
  act?: (run: Run) => Promise<void>;
  /** Phase and reason at its end. */
  end: string;
  /** The same where its Pod is looked at. */
  seen?: string;
  /** Another end that is as good. */
  or?: string;
}

const SIDECAR = 'e2e-told';
const TENANT = 'e2e-tenant';
const TENANT_ROLE = projectPath('examples/install/7-tenant.yaml');

const CASES: Record<string, Case> = {
  image: {
    what: 'the image of the agent cannot be pulled',
    agent: { image: 'registry.invalid/none:1' },
    end: 'Failed/StartTimeout',
    seen: 'Failed/ImagePullFailed',
  },
  secret: {
    what: 'a Secret of the pack is missing',
    pack: { secretRef: 'not-there', secretMountPath: '/secrets/not-there' },
    end: 'Failed/StartTimeout',
    seen: 'Failed/ConfigMissing',
  },
  fails: { what: 'the agent exits with 3', agent: { command: ['sh', '-c', 'exit 3'] }, end: 'Failed/AgentFailed' },
  room: {
    what: 'no node has room for it',
    agent: { resources: { cpu: '500', memory: '16Mi' } },
    end: 'Failed/StartTimeout',
    seen: 'Failed/Unschedulable',
  },
  quota: {
    what: 'a quota permits no Pod',
    others: (namespace) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace },
      spec: { hard: { pods: '0' } },
    }),
    end: 'Failed/NoPod',
  },
  denied: {
    what: 'the policy denies it',
    pack: { hostAccess: { enabled: true, hostNetwork: true } },
    end: 'Failed/PolicyDenied',
  },
  crashing: {
    what: 'its sidecar crashes again and again',
    pack: { command: ['sh', '-c', 'exit 1'] },
    end: 'Failed/StartTimeout',
    seen: 'Failed/SidecarFailed',
    // On a node that is slow its Pod is reported ready long enough to count as started.
    or: 'Failed/DeadlineExceeded',
  },
  memory: {
    what: 'the agent takes more memory than it has',
    agent: { command: ['tail', '/dev/zero'] },
    end: 'Failed/AgentFailed',
    seen: 'Failed/OutOfMemory',
  },
  command: {
    what: 'the command of the agent does not exist',
    agent: { command: ['/not-there'] },
    end: 'Failed/AgentFailed',
    seen: 'Failed/PodFailed',
  },
  evicted: { what: 'its Pod is evicted', act: evictPod, end: 'Failed/Evicted' },
};

async function evictPod(run: Run): Promise<void> {
  await run.start();
  await evict(await run.podName(), run.namespace);
}

const namespaceOf = (world: World, name: string): string => `${world.namespace}-${name}`;
const packOf = (name: string): string => `${SIDECAR}-${name}`;

/** What is there before a run is: its namespace with a policy, its pack, and what is in its way. */
async function prepare(world: World, name: string, { agent, pack, others }: Case): Promise<void> {
  const namespace = namespaceOf(world, name);
  await world.open(namespace);
  await bindUser(TENANT, 'function-skillpack:tenant', namespace);
  const image = world.options.image;
  const defaults = { agent: { image, command: IDLE, resources: TINY, ...agent } };
  await apply({ apiVersion: API_VERSION, kind: 'SympoziumPolicy', metadata: { name: `ns.${namespace}` }, spec: { defaults } });
  await apply(buildPack(packOf(name), idle(image, { rbac: rule('pods'), ...pack })));
  if (others !== undefined) await apply(others(namespace));
}

/** What its status says, for a table. */
async function read(run: Run): Promise<string> {
  const { phase, reason, message, exitCode, startFailure } = await run.status();
  const { reason: found, message: why } = (startFailure ?? {}) as { reason?: string; message?: string };
  const code = exitCode === undefined ? '' : `; exitCode ${exitCode}`;
  return `${phase}/${reason}: ${message}${code}${found === undefined ? '' : `; startFailure ${found}: ${why}`}`.replaceAll(
    '|',
    '/',
  );
}

/** Runs every command that a status prints, as the tenant; tells those that do not work. */
async function tryCommands(run: Run): Promise<string[]> {
  const commands = String((await run.status())['message']).match(/kubectl [^;]+/g) ?? [];
  const answers = await Promise.all(commands.map((command) => attempt([...command.split(' ').slice(1), `--as=${TENANT}`])));
  return answers.filter((answer) => answer !== 'done');
}

async function play(world: World, name: string, { what, act, end, seen = end, or }: Case): Promise<string[]> {
  const spec = { skills: [{ skillPackRef: packOf(name) }], timeout: '3m', startTimeout: '2m' };
  const run = await world.createRun(spec, 'run', namespaceOf(world, name));
  await wait(15);
  const early = await read(run);
  await act?.(run);
  await wait(act === undefined ? 85 : 1);
  const late = await read(run);
  const refused = await tryCommands(run);
  const finished = ['wait', '--for=condition=Finished', 'agentrun/run', '-n', run.namespace, '--timeout=300s'];
  const waited = await attempt([...finished, `--as=${TENANT}`]);
  await run.untilNoRight(30);
  // A look comes once nothing is held.
  if (world.options.podStatus) await wait(15);
  world.readings.push([what, early, late, await read(run)]);
  const ended = await run.reason();
  const wrong = [...refused, ...(await tryCommands(run)), ...(waited === 'done' ? [] : [waited])];
  const expected = world.options.podStatus ? seen : end;
  return ended === expected || ended === or ? wrong : [...wrong, `${name} is ${ended}, not ${expected}`];
}

export const scenario: Scenario = {
  about:
    'runs that do not go well say why: no image, no Secret, no room, no quota, denied, a crashing sidecar, out of memory, evicted',
  realPods: true,
  play: async (world) => {
    world.readings.push(['what is wrong', 'after 15 s', 'after 100 s', 'at the end']);
    const cases = Object.entries(CASES);
    await applyFile(TENANT_ROLE);
    for (const [name, told] of cases) await prepare(world, name, told);
    const wrong = (await Promise.all(cases.map(([name, told]) => play(world, name, told)))).flat();
    must(wrong.length === 0, wrong.join('; '));
    await world.removeRuns();
    await removeFile(TENANT_ROLE);
    for (const [name] of cases) {
      await remove('skillpack', packOf(name));
      await remove('sympoziumpolicy', `ns.${namespaceOf(world, name)}`);
    }
  },
};

/** What a run is from the inside: an agent reads its skill, calls a tool and tells what it found; the tool holds the token of the run. */
import { API_VERSION } from '../../../src/api/kinds.ts';
import { TOKEN_DIRECTORY } from '../../../src/api/skillpack.ts';
import { eventually } from '../clock.ts';
import { grant, ROLE, revoke } from '../install.ts';
import { apply, exec, remove, whoIs } from '../kubectl.ts';
import { buildPack, buildPacks, idle, rule } from '../packs.ts';
import { must, type Scenario } from '../world.ts';

const PACK = 'e2e-inside';
const RESULT_PATH = '/ipc/output/result.json';
const RELEASE = '/ipc/tools/release';

/** Runs what it is called with, as the tool sidecars of Sympozium do. */
const TOOL = `
until [ -e /ipc/tools/call ]; do sleep 0.2; done
sh /ipc/tools/call > /ipc/tools/answer.new
mv /ipc/tools/answer.new /ipc/tools/answer
sleep 86400`;

const may = (what: string, command: string): string => `$(${command} 2>/dev/null && echo can ${what} || echo cannot ${what})`;

/** One line a question; the last is what the tool answered. */
const AGENT = `
mkdir -p /ipc/tools && echo 'ls ${TOKEN_DIRECTORY}' > /ipc/tools/call.new && mv /ipc/tools/call.new /ipc/tools/call
until [ -e /ipc/tools/answer ] && [ -e ${RELEASE} ]; do sleep 0.2; done
cat > ${RESULT_PATH} <<END
skill: $(tail -n 1 /skills/${PACK}.md)
user: $(id -u):$(id -g)
modes: $(stat -L -c '%n %a %u:%g' /skills/${PACK}.md /ipc /workspace /tmp | paste -s -d , -)
${may('write a skill', 'echo x > /skills/x')}
${may('write to /', 'echo x > /x')}
${may('write to /workspace', 'echo x > /workspace/x')}
${may('write to /tmp', 'echo x > /tmp/x')}
${may('see a token', `ls ${TOKEN_DIRECTORY}`)}
tool: $(paste -s -d , /ipc/tools/answer)
END`;

const EXPECTED = `skill: How to ${PACK}
user: 1000:1000
modes: /skills/${PACK}.md 644 0:1000,/ipc 3777 0:1000,/workspace 2777 0:1000,/tmp 2777 0:1000
cannot write a skill
cannot write to /
can write to /workspace
can write to /tmp
cannot see a token
tool: ca.crt,namespace,token
`;

export const scenario: Scenario = {
  about:
    'an agent reads its skill, cannot write it, and sees no token; its tool holds one that may do what its pack asks for, and no more',
  realPods: true,
  needs: ['podStatus'],
  play: async (world) => {
    const { image } = world.options;
    const pack = buildPack(PACK, idle(image, { command: ['sh', '-c', TOOL], rbac: rule('pods') }));
    const role = `${ROLE}-inside`;
    await grant(world.options, role, [...buildPacks(world.options), pack]);
    const agent = { image, command: ['sh', '-c', AGENT], resultPath: RESULT_PATH };
    const policy = `ns.${world.namespace}`;
    const spec = { defaults: { agent }, results: { capture: 'Message' } };
    await apply({ apiVersion: API_VERSION, kind: 'SympoziumPolicy', metadata: { name: policy }, spec }, pack);
    const run = await world.createRun({ skills: [{ skillPackRef: PACK }] });
    await run.start();
    const pod = await run.podName();
    const holder = await whoIs(await exec(pod, `skill-${PACK}`, world.namespace, `cat ${TOKEN_DIRECTORY}/token`));
    const own = `system:serviceaccount:${world.namespace}:${run.workloadName}`;
    must(holder === own, `the token is of ${own}, not ${holder}`);
    must(
      await run.hasItsRights([{ verb: 'list', resource: 'pods' }]),
      'it may list Pods, and nothing that its pack does not ask for',
    );
    await exec(pod, 'agent', world.namespace, `touch ${RELEASE}`);
    await run.until('Succeeded', 120);
    await eventually('the result is told', 60, async () => (await run.status())['podObservedTime'] !== undefined);
    const { result } = await run.status();
    must(result === EXPECTED, `the agent tells\n${EXPECTED}\nnot\n${result}`);
    await world.removeRuns();
    await remove('skillpack', PACK);
    await remove('sympoziumpolicy', policy);
    await revoke(role);
  },
};

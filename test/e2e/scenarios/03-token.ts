import { type JsonObject, listAt, textAt } from '../../../src/kube/json.ts';
import { must, type Scenario } from '../world.ts';

const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';
const mountsToken = (container: unknown): boolean =>
  listAt(container, 'volumeMounts').some((mount) => textAt(mount, 'mountPath') === TOKEN);

export const scenario: Scenario = {
  about: "the token is in the container of the pack that asks for rights, not in the agent's and not in another's",
  play: async (world) => {
    const run = await world.createRun({ skills: [{ skillPackRef: 'e2e-tools' }, { skillPackRef: 'e2e-plain' }] });
    await run.start();
    const [pod] = await run.pods();
    const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')] as JsonObject[];
    const holders = containers.filter(mountsToken).map((container) => textAt(container, 'name'));
    must(containers.length === 3, `three containers, not ${containers.length}`);
    must(holders.join() === 'skill-e2e-tools', `only skill-e2e-tools holds the token, not ${holders.join(', ')}`);
  },
};

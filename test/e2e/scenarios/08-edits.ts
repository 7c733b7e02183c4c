import { textAt, valueAt } from '../../../src/kube/json.ts';
import { wait } from '../clock.ts';
import { apply, patch } from '../kubectl.ts';
import { PACKS } from '../packs.ts';
import { must, type Run, type Scenario } from '../world.ts';

const generations = async (run: Run): Promise<string> => {
  const found = await Promise.all(['job', 'role', 'rolebinding', 'configmap', 'serviceaccount'].map((kind) => run.real(kind)));
  return found.map((item) => `${textAt(item, 'metadata', 'uid')} ${valueAt(item, 'metadata', 'resourceVersion')}`).join();
};

export const scenario: Scenario = {
  about: 'pack and instance edited during a run change nothing of it',
  play: async (world) => {
    const run = await world.createRun();
    await run.start();
    await wait(5);
    const before = await generations(run);
    const rbac = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    await patch('skillpack', 'e2e-tools', undefined, { spec: { sidecar: { image: 'docker.io/library/edited:2', rbac } } });
    await patch('sympoziuminstance', 'sre', world.namespace, { spec: { timeout: '1m', systemPrompt: 'Edited' } });
    await wait(15);
    must((await generations(run)) === before, 'every object of the run is as it was');
    must(await run.hasItsRights(), 'the run has the rights it was prepared with');
    await apply(...PACKS);
  },
};

import { API_VERSION } from '../../../src/api/kinds.ts';
import { textAt, valueAt } from '../../../src/kube/json.ts';
import { wait } from '../clock.ts';
import { apply, patch, remove } from '../kubectl.ts';
import { buildPacks } from '../packs.ts';
import type { Run } from '../run.ts';
import { must, type Scenario } from '../world.ts';

const versions = async (run: Run): Promise<string> => {
  const found = await Promise.all(['job', 'role', 'rolebinding', 'configmap', 'serviceaccount'].map((kind) => run.real(kind)));
  // The status of a Job changes with its Pod; what it was asked to be has a generation.
  const version = (item: unknown) => valueAt(item, 'metadata', 'generation') ?? valueAt(item, 'metadata', 'resourceVersion');
  return found.map((item) => `${textAt(item, 'metadata', 'uid')} ${version(item)}`).join();
};

export const scenario: Scenario = {
  about: 'pack, instance and policy edited during a run change nothing of it',
  play: async (world) => {
    const run = await world.createRun();
    await run.start();
    await wait(5);
    const before = await versions(run);
    const policy = `ns.${world.namespace}`;
    const rbac = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const metadata = { name: policy };
    const spec = { packs: [{ name: 'e2e-tools', namespaces: ['somewhere-else'] }] };
    try {
      await patch('skillpack', 'e2e-tools', undefined, { spec: { sidecar: { image: 'docker.io/library/edited:2', rbac } } });
      await patch('sympoziuminstance', 'sre', world.namespace, { spec: { timeout: '1m', systemPrompt: 'Edited' } });
      await apply({ apiVersion: API_VERSION, kind: 'SympoziumPolicy', metadata, spec });
      const denied = await world.createRun({}, 'denied');
      await denied.until('Failed');
      await denied.mustBe('Failed/PolicyDenied');
      await wait(15);
      must((await versions(run)) === before, 'every object of the run is as it was');
      must(await run.hasItsRights(), 'the run has the rights it was prepared with');
    } finally {
      await remove('sympoziumpolicy', policy);
      await apply(...buildPacks(world.options));
    }
  },
};

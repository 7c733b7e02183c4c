import { textAt } from '../../../src/kube/json.ts';
import { projectPath } from '../../support/project.ts';
import { wait } from '../clock.ts';
import { applyFile, attempt, bindUser, removeFile } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

const EDITOR = 'e2e-editor';
const FILE = projectPath('examples/install/direct/12-composed.yaml');
/** How long the API server may take until a policy holds. */
const POLICY_SECONDS = 10;

export const scenario: Scenario = {
  about: 'who holds edit in a namespace writes nothing that a run is made of, and the run works and ends as before',
  compose: 'Resources',
  play: async (world) => {
    const tries = (args: string[], stdin?: string): Promise<string> =>
      attempt([...args, '-n', world.namespace, `--as=${EDITOR}`], stdin);
    await applyFile(FILE);
    try {
      await bindUser(EDITOR, 'edit', world.namespace);
      await wait(POLICY_SECONDS);
      const run = await world.createRun();
      await run.start();
      const account = ['serviceaccount', run.workloadName];
      const labels = { 'sympozium.ai/run': run.id, 'sympozium.ai/part': 'bucket' };
      const forged = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'forged', labels } };
      const answers = [
        await tries(['annotate', ...account, 'crossplane.io/composition-resource-name-']),
        await tries(['label', ...account, 'sympozium.ai/part-']),
        await tries(['annotate', 'job', run.workloadName, '--overwrite', 'sympozium.ai/plan={}']),
        await tries(['create', '-f', '-'], JSON.stringify(forged)),
      ];
      for (const answer of answers) must(answer.includes("is Crossplane's"), `it is refused: ${answer}`);
      must((await tries(['create', 'configmap', 'mine'])) === 'done', 'what is his own is his');

      await run.endAgent(0);
      world.measure('no right after the Pod', await run.untilNoRight());
      await run.until('Succeeded');
      const dropped = await world.createRun({}, 'dropped');
      await dropped.start();
      must((await tries(['delete', 'job', dropped.workloadName, '--wait=false'])) === 'done', 'he may delete a Job');
      await dropped.until('Failed');
      must(textAt(await dropped.status(), 'reason') === 'WorkloadLost', 'and the run is lost');
      await dropped.untilNoRight();
    } finally {
      await removeFile(FILE);
    }
  },
};

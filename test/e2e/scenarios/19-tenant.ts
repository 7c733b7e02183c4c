import { projectPath } from '../../support/project.ts';
import { eventually, wait } from '../clock.ts';
import { applyFile, attempt, bindUser, removeFile } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

const TENANT = 'e2e-tenant';
/** How long the API server may take until a policy holds. */
const POLICY_SECONDS = 10;

export const scenario: Scenario = {
  about:
    'a tenant cannot take the finalizer from his AgentRun, nor steer Crossplane by what it reads from annotations and labels',
  play: async (world) => {
    const { configuration } = world.options;
    const files = ['examples/install/7-tenant.yaml', `examples/install/${configuration}/8-admission.yaml`].map(projectPath);
    const tries = (...args: string[]): Promise<string> => attempt([...args, '-n', world.namespace, `--as=${TENANT}`]);
    const patch = (change: object): Promise<string> =>
      tries('patch', 'agentrun', 'run', '--type', 'merge', '-p', JSON.stringify(change));
    for (const file of files) await applyFile(file);
    try {
      await bindUser(TENANT, 'function-skillpack:tenant', world.namespace);
      await wait(POLICY_SECONDS);
      const run = await world.createRun();
      await run.start();

      const finalizers = await patch({ metadata: { finalizers: null } });
      must(world.isNamespaced || finalizers.includes('would go before its Pod'), `the finalizer stays: ${finalizers}`);
      for (const annotation of ['crossplane.io/paused', 'crossplane.io/poll-interval']) {
        const answer = await patch({ metadata: { annotations: { [annotation]: 'true' } } });
        must(answer.includes('annotations of crossplane.io'), `${annotation} is refused: ${answer}`);
      }
      const label = await patch({ metadata: { labels: { 'crossplane.io/claim-name': 'another' } } });
      must(label.includes('labels of crossplane.io'), `the label is refused: ${label}`);
      must((await patch({ metadata: { annotations: { 'example.org/mine': 'true' } } })) === 'done', 'his own annotation is his');

      must((await tries('delete', 'agentrun', 'run', '--wait=false')) === 'done', 'he may delete his AgentRun');
      world.measure('no right after the deletion', await run.untilNoRight());
      world.measure('AgentRun gone', await run.untilGone());
      await eventually('no Object is left', 60, async () => (await world.composed()).length === 0);
    } finally {
      for (const file of files) await removeFile(file);
    }
  },
};

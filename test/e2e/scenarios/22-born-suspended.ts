import { type JsonObject, objectAt, textAt } from '../../../src/kube/json.ts';
import { projectPath } from '../../support/project.ts';
import { wait } from '../clock.ts';
import { applyFile, attempt, get, remove, removeFile } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

const FILE = projectPath('examples/install/11-born-suspended.yaml');
const POLICY_SECONDS = 10;

/** A Job as a backup has it: without its uid and what the API server derived from it. */
function asRestored(job: JsonObject, name: string): JsonObject {
  const spec = objectAt(job, 'spec');
  const { selector: _, template, ...rest } = spec;
  const { labels: __, ...metadata } = objectAt(template, 'metadata');
  const labels = objectAt(job, 'metadata', 'labels');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: textAt(job, 'metadata', 'namespace') ?? '', labels },
    spec: { ...rest, template: { ...objectAt(spec, 'template'), metadata } },
  };
}

export const scenario: Scenario = {
  about: 'nobody creates the Job of a run at work: runs work as before, and one that is restored from a backup does not start',
  play: async (world) => {
    await applyFile(FILE);
    try {
      await wait(POLICY_SECONDS);
      const run = await world.createRun();
      world.measure('Running', await run.start());
      await run.untilPinned();
      const job = (await get('job', run.workloadName, world.namespace)) ?? {};
      const tries = (manifest: JsonObject): Promise<string> =>
        attempt(['create', '-f', '-', '--dry-run=server'], JSON.stringify(manifest));
      const restored = asRestored(job, 'restored');
      const suspended = { ...restored, spec: { ...objectAt(restored, 'spec'), suspend: true } };
      must((await tries(restored)).includes('is created with suspend: true'), 'a copy of the Job at work is refused');
      must((await tries(suspended)) === 'done', 'a copy that is suspended is taken');

      await remove('job', run.workloadName, world.namespace);
      await run.until('Failed', 90);
      await run.mustBe('Failed/WorkloadLost');
      world.measure('no right after the Job was deleted', await run.untilNoRight());
      must(world.podsEver.count(run.id) === 1, 'there was one Pod');
    } finally {
      await removeFile(FILE);
    }
  },
};

import { readCondition } from '../../../src/kube/conditions.ts';
import { valueAt } from '../../../src/kube/json.ts';
import { eventually, wait } from '../clock.ts';
import { flagsOf, start, stop } from '../components.ts';
import { apply, remove } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

const HOLD = 'e2e-hold-release';

/** Refuses to let a Job of one namespace go, so that Crossplane can be stopped between the release and what follows it. */
const holdRelease = (namespace: string) => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: HOLD },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        resourceRules: [{ apiGroups: ['batch'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['jobs'] }],
      },
      validations: [{ expression: '!oldObject.spec.suspend || object.spec.suspend', message: 'held by the e2e suite' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: HOLD },
    spec: { policyName: HOLD, validationActions: ['Deny'] },
  },
];

/** How long the API server may take until a policy holds. */
const POLICY_SECONDS = 5;

export const scenario: Scenario = {
  about: 'a Job that is deleted by hand between release and pin, with Crossplane down, is made again by nobody',
  needs: flagsOf('core'),
  compose: 'Objects',
  play: async (world) => {
    const release = async (): Promise<void> => {
      await remove('validatingadmissionpolicybinding', HOLD);
      await remove('validatingadmissionpolicy', HOLD);
    };
    await apply(...holdRelease(world.namespace));
    await wait(POLICY_SECONDS);
    const run = await world.createRun();
    try {
      await eventually('Crossplane has released the Job', 60, async () => {
        await run.status();
        const job = await run.composed('agentrun-job');
        return valueAt(job, 'spec', 'forProvider', 'manifest', 'spec', 'suspend') === false;
      });
      must((await run.pods()).length === 0, 'the API server holds the Job');
      await stop(world.options, 'core');
      try {
        await release();
        await eventually('the provider lets the Job go', 120, async () => (await run.pods()).length === 1);
        must(!(await run.isPinned()), 'nobody has pinned it');
        await remove('job', run.workloadName, world.namespace);
        await eventually('the provider is refused another Job', 120, async () =>
          (readCondition((await run.composed('agentrun-job')) ?? {}, 'Synced')?.message ?? '').includes('cannot create object'),
        );
      } finally {
        await start(world.options, 'core');
      }
      world.measure('lost after Crossplane is back', await run.until('Failed', 180));
      await run.mustBe('Failed/WorkloadLost');
      await run.untilNoRight();
      must(world.podsEver.count(run.id) === 1, 'there was one Pod');
    } finally {
      await release();
    }
  },
};

import type { JsonObject } from '../../../src/kube/json.ts';
import { projectPath } from '../../support/project.ts';
import { wait } from '../clock.ts';
import { apply, applyFile, attempt, remove, removeFile } from '../kubectl.ts';
import { must, type Scenario } from '../world.ts';

const FILE = projectPath('examples/install/10-provider-admission.yaml');
const BINDING = 'e2e-provider-held';
const POLICY_SECONDS = 10;

const job = (name: string, namespace: string): JsonObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace },
  spec: {
    suspend: true,
    template: { spec: { restartPolicy: 'Never', serviceAccountName: 'default', containers: [{ name: 'a', image: 'a' }] } },
  },
});

const deployment = (name: string, namespace: string): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 0,
    selector: { matchLabels: { name } },
    template: { metadata: { labels: { name } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
  },
});

const autoscaler = (name: string, namespace: string): JsonObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace },
  spec: { maxReplicas: 1, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' } },
});

export const scenario: Scenario = {
  about: 'a provider whose token is stolen can write nothing but what runs are made of, and runs work as before',
  compose: 'Objects',
  play: async (world) => {
    const provider = world.options.providerServiceAccount;
    const user = `system:serviceaccount:${provider.replace('/', ':')}`;
    must(provider === 'crossplane-system/provider-kubernetes', 'the policy names the provider of examples/install');
    await applyFile(FILE);
    try {
      await wait(POLICY_SECONDS);
      // Whatever the provider may do, the policy holds for it.
      await apply({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: BINDING },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
      });
      const tries = (args: string[], stdin?: string): Promise<string> =>
        attempt([...args, `--as=${user}`, '--dry-run=server'], stdin);
      await apply(deployment('other', world.namespace));
      const answers = [
        await tries(['create', '-f', '-'], JSON.stringify(job('nice-job', 'kube-system'))),
        await tries(['create', '-f', '-'], JSON.stringify(job('agentrun-x', 'kube-system'))),
        await tries(['create', '-f', '-'], JSON.stringify(job('agentrun-x', world.namespace))),
        await tries(['delete', 'clusterrolebinding', 'cluster-admin']),
        await tries(['create', '-f', '-'], JSON.stringify(autoscaler('agentrun-x', world.namespace))),
        await tries(['scale', '--replicas=9', 'deployment/other', `--namespace=${world.namespace}`]),
      ];
      for (const answer of answers) must(answer.includes('function-skillpack-provider'), `it is refused: ${answer}`);
      await remove('clusterrolebinding', BINDING);

      const run = await world.createRun();
      world.measure('Running', await run.start());
      await run.endAgent(0);
      world.measure('no right after the Pod', await run.untilNoRight());
      await run.until('Succeeded');
    } finally {
      await remove('clusterrolebinding', BINDING);
      await removeFile(FILE);
    }
  },
};

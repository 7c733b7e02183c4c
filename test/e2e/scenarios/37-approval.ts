import { type JsonObject, objectAt, textAt } from '../../../src/kube/json.ts';
import { projectPath } from '../../support/project.ts';
import { askFor, decide, policyOf, removeApproval, untilAsking } from '../approvals.ts';
import { eventually, wait } from '../clock.ts';
import { apply, applyFile, attempt, bindUser, remove, removeFile } from '../kubectl.ts';
import type { Run } from '../run.ts';
import { must, type Scenario, type World } from '../world.ts';

const TENANT = 'e2e-tenant';
const APPROVER = 'e2e-approver';
const EDITOR = 'e2e-editor';
const FILES = ['examples/install/7-tenant.yaml', 'examples/install/13-approval.yaml'].map(projectPath);
/** How long the API server may take until a policy holds. */
const POLICY_SECONDS = 10;

/** What Crossplane's RBAC manager puts into crossplane-edit for each of its kinds. */
const EDIT: JsonObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: EDITOR },
  rules: [
    {
      apiGroups: ['sympozium.ai'],
      resources: ['agentruns', 'agentruns/status', 'agentrunapprovals', 'agentrunapprovals/status'],
      verbs: ['*'],
    },
  ],
};

/** What the breaker has counted, where that is known. */
const tokens = async (world: World): Promise<number> =>
  world.options.coreMetrics === undefined ? Number.NaN : world.readBreaker('events');

async function measureTokens(world: World, name: string, before: number): Promise<void> {
  const spent = (await tokens(world)) - before;
  if (!Number.isNaN(spent)) world.measure(name, spent, 'tokens');
}

export const scenario: Scenario = {
  about:
    'nothing of a run exists before it is approved; only who may create agentruns/approval approves, under his own name, and only what the run is made of',
  play: async (world) => {
    const { namespace } = world;
    for (const file of FILES) await applyFile(file);
    await apply(EDIT);
    try {
      await bindUser(TENANT, 'function-skillpack:tenant', namespace);
      await bindUser(APPROVER, 'function-skillpack:approver', namespace);
      await bindUser(EDITOR, EDITOR, namespace);
      await askFor(world, { mode: 'Always', distinct: true });
      await wait(POLICY_SECONDS);

      const create = (run: Run, creator: string) =>
        attempt(['create', '-f', '-', `--as=${TENANT}`], JSON.stringify(run.manifest({ 'sympozium.ai/created-by': creator })));
      const run = world.describeRun('run');
      const lie = await create(run, 'somebody');
      must(lie.includes('sympozium.ai/created-by is your user name'), `a tenant is who he says: ${lie}`);
      must((await create(run, TENANT)) === 'done', 'a tenant makes a run');

      const asked = await untilAsking(run);
      must(await run.hasNoRight(), 'its ServiceAccount may do nothing');
      must((await world.composed()).length === 0, 'nothing is composed for it');
      const shown = JSON.stringify(objectAt(asked, 'status', 'approval'));
      must(
        ['e2e-tools', '"pods"', '"images"'].every((text) => shown.includes(text)),
        `it shows what it would be given: ${shown}`,
      );

      const byTenant = await decide(asked, { user: TENANT });
      must(byTenant.includes('forbidden'), `a tenant cannot approve: ${byTenant}`);
      const byEditor = await decide(asked, { user: EDITOR });
      must(byEditor.includes('function-skillpack:approver'), `who holds crossplane-edit cannot approve: ${byEditor}`);
      const forged = objectAt(asked, 'status');
      const status = { ...forged, approval: { ...objectAt(forged, 'approval'), state: 'Approved', approver: EDITOR } };
      const forging = ['patch', 'agentrun', 'run', '-n', namespace, '--type', 'merge', '--subresource=status', `--as=${EDITOR}`];
      must(
        (await attempt([...forging, '-p', JSON.stringify({ status })])) === 'done',
        'who holds crossplane-edit writes a status',
      );
      const asAnother = await decide(asked, { user: APPROVER, approver: 'somebody' });
      must(asAnother.includes('spec.approver must be your user name'), `an approver has his own name: ${asAnother}`);
      must((await world.composed()).length === 0, 'nothing is composed for it, whatever its status was made to say');

      const other = await decide(asked, {
        user: APPROVER,
        edit: (text) => text.replace(/digest: sha256:\w{8}/, 'digest: sha256:00000000'),
      });
      must(other === 'done', `an approver approves anything: ${other}`);
      await eventually('it does not count', 90, async () =>
        String((await run.status())['message']).includes('of another content'),
      );
      must((await world.composed()).length === 0, 'an approval of another content makes nothing');
      await removeApproval(run);
      const beforeApproval = await tokens(world);
      must((await decide(asked, { user: APPROVER })) === 'done', 'an approver approves');
      world.measure('Running after approved', await run.until('Running', 90));
      await measureTokens(world, 'from approved to Running', beforeApproval);
      const changed = await attempt([
        'patch',
        'agentrunapproval',
        'run',
        '-n',
        namespace,
        '--type',
        'merge',
        '-p',
        '{"spec":{"decision":"Denied"}}',
      ]);
      must(changed.includes('cannot be changed'), `nobody changes an approval: ${changed}`);
      await removeApproval(run);
      await wait(3);
      must((await run.status())['phase'] === 'Running', 'an approval that is deleted after the start changes nothing');
      await run.endAgent(0);
      await run.until('Succeeded', 60);

      await askFor(world, { mode: 'Always', timeout: '1m' });
      const beforeDenied = await tokens(world);
      const denied = await world.createRun({}, 'denied');
      const deniedAsked = await untilAsking(denied);
      await measureTokens(world, 'until a run asks', beforeDenied);
      const beforeDenial = await tokens(world);
      must((await decide(deniedAsked, { decision: 'Denied', reason: 'no' })) === 'done', 'an admin denies');
      await denied.until('Failed', 90);
      await denied.mustBe('Failed/ApprovalDenied');
      await wait(3);
      await measureTokens(world, 'of a denial', beforeDenial);
      const expired = await world.createRun({}, 'expired');
      await untilAsking(expired);
      world.measure('ApprovalExpired after one minute', await expired.until('Failed', 90));
      await expired.mustBe('Failed/ApprovalExpired');
      must(textAt(await expired.status(), 'approval', 'state') === 'Expired', 'its status says so');
    } finally {
      await remove('sympoziumpolicy', policyOf(world));
      for (const file of FILES) await removeFile(file);
      await remove('clusterrole', EDITOR);
    }
  },
};

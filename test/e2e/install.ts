/** Puts the configuration, the packs and the rights for them into the cluster, and takes them out again. */

import { nameOf } from '../../src/api/composite.ts';
import type { SkillPackSpec } from '../../src/api/generated/types.ts';
import { type Holder, listNeeded } from '../../src/cli/rights/needed.ts';
import { type JsonObject, objectAt, textAt } from '../../src/kube/json.ts';
import { listDirectory, projectPath, readDocuments } from '../support/project.ts';
import { buildAgentPolicy } from './agent.ts';
import { eventually } from './clock.ts';
import { apply, applyFile, get, list, patch, patchJson, remove } from './kubectl.ts';
import { composeOf, type Options } from './options.ts';
import { buildPacks, SEED } from './packs.ts';

const FUNCTION = 'function-skillpack';
const SYSTEM_NAMESPACE = 'sympozium-system';
/** What whoever makes runs holds. */
export const ROLE = 'function-skillpack-e2e:maker';
const RBAC = 'rbac.authorization.k8s.io';

const kindsOf = (configuration: string): string[] => listDirectory(`package/${configuration}/apis`);

export async function install(options: Options): Promise<void> {
  const { configuration, functionEndpoint, image } = options;
  const packs = buildPacks(options);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } });
  if (functionEndpoint !== undefined) await register(functionEndpoint);
  await grant(options, ROLE, [...packs, ...readDocuments(SEED)]);
  for (const kind of kindsOf(configuration)) await applyFile(projectPath(`package/${configuration}/apis/${kind}`));
  if (options.compose !== undefined) for (const kind of COMPOSING) await setInput(kind, 'compose', options.compose);
  if (options.podStatus) await setInput('agentrun', 'podStatus', composeOf(options) === 'Resources' ? 'Crossplane' : 'Provider');
  await eventually('every XRD is Established', 120, async () => (await list('xrd')).every(isEstablished));
  await apply(buildAgentPolicy(image), ...packs);
}

/** Gives whoever makes runs in a configuration exactly what `rights` prints for some packs, under a name of its own. */
export function grant(options: Options, role: string, packs: JsonObject[]): Promise<void> {
  const { configuration, podStatus: readsPods } = options;
  if (composeOf(options) === 'Objects') return grantTo({ maker: 'provider', scope: 'all', readsPods }, options, role, packs);
  const scope = configuration === 'direct' ? 'namespace' : 'all';
  return grantTo({ maker: 'crossplane', scope, readsPods }, options, role, packs);
}

export async function grantTo(
  holder: Holder,
  { providerServiceAccount }: Options,
  role: string,
  packs: JsonObject[],
): Promise<void> {
  const named = packs.map((pack) => ({ name: nameOf(pack), spec: objectAt(pack, 'spec') as unknown as SkillPackSpec }));
  const { maker } = holder;
  const needed = listNeeded({ ...holder, dialects: ['Kubernetes'] }, named);
  const rules = needed.flatMap((part) => part.rules) as unknown as JsonObject[];
  const labels = maker === 'crossplane' ? { 'rbac.crossplane.io/aggregate-to-crossplane': 'true' } : {};
  await apply({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name: role, labels }, rules });
  if (maker === 'crossplane') return;
  const [namespace = '', name = ''] = providerServiceAccount.split('/');
  await apply({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: role },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  });
}

/** The Compositions whose composites are made of anything. */
const COMPOSING = ['agentrun', 'skillpack'];

/** Sets a field of the input of a Composition's step. */
export async function setInput(composition: string, field: string, value: string): Promise<void> {
  await patchJson('composition', composition, [{ op: 'add', path: `/spec/pipeline/0/input/${field}`, value }]);
}

export async function revoke(role: string): Promise<void> {
  await remove('clusterrolebinding', role);
  await remove('clusterrole', role);
}

/** Tells a Crossplane that runs functions of others' making where this one listens. */
async function register(endpoint: string): Promise<void> {
  const image = 'registry.example.org/function-skillpack:e2e';
  await apply(
    { apiVersion: 'pkg.crossplane.io/v1', kind: 'Function', metadata: { name: FUNCTION }, spec: { package: image } },
    {
      apiVersion: 'pkg.crossplane.io/v1',
      kind: 'FunctionRevision',
      metadata: { name: `${FUNCTION}-e2e`, labels: { 'pkg.crossplane.io/package': FUNCTION } },
      spec: { desiredState: 'Active', image, revision: 1 },
    },
  );
  const status = { endpoint, capabilities: ['composition'] };
  await patch('functionrevisions.pkg.crossplane.io', `${FUNCTION}-e2e`, undefined, { status }, '--subresource=status');
}

function isEstablished(xrd: JsonObject): boolean {
  return JSON.stringify(xrd['status'] ?? {}).includes('"WatchingCompositeResource"');
}

/** Everything install made, in the opposite order. Packs go before their definition, so that their ConfigMaps do. */
export async function uninstall(options: Options): Promise<void> {
  const { configuration, functionEndpoint } = options;
  await remove('sympoziumpolicy', 'default');
  for (const pack of buildPacks(options)) await remove('skillpack', textAt(pack, 'metadata', 'name') ?? '');
  await eventually('no SkillPack is left', 60, async () => (await list('skillpacks.sympozium.ai')).length === 0);
  for (const kind of kindsOf(configuration)) {
    const [xrd = {}] = readDocuments(`package/${configuration}/apis/${kind}/definition.yaml`);
    await remove('xrd', textAt(xrd, 'metadata', 'name') ?? '');
    await remove('composition', kind);
  }
  await eventually('no definition is left', 120, async () => (await get('crd', 'skillpacks.sympozium.ai')) === undefined);
  await revoke(ROLE);
  await remove('namespace', SYSTEM_NAMESPACE);
  if (functionEndpoint === undefined) return;
  await remove('functions.pkg.crossplane.io', FUNCTION);
  await remove('functionrevisions.pkg.crossplane.io', `${FUNCTION}-e2e`);
}

/** Puts the configuration, the packs and the provider's rights into the cluster, and takes them out again. */
import type { SkillPackSpec } from '../../src/api/generated/types.ts';
import { type JsonObject, objectAt, textAt } from '../../src/kube/json.ts';
import { buildProviderRights } from '../../src/policy/providerrights.ts';
import { listDirectory, projectPath, readDocuments } from '../support/project.ts';
import { eventually } from './clock.ts';
import { apply, applyFile, get, list, patch, remove } from './kubectl.ts';
import type { Options } from './options.ts';
import { PACKS, SEED } from './packs.ts';

const FUNCTION = 'function-skillpack';
const SYSTEM_NAMESPACE = 'sympozium-system';
const ROLE = 'function-skillpack-e2e:provider';

const kindsOf = (configuration: string): string[] => listDirectory(`package/${configuration}/apis`);

export async function install({ configuration, functionEndpoint, providerServiceAccount }: Options): Promise<void> {
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } });
  if (functionEndpoint !== undefined) await register(functionEndpoint);
  await apply(...providerRights(providerServiceAccount));
  for (const kind of kindsOf(configuration)) await applyFile(projectPath(`package/${configuration}/apis/${kind}`));
  await eventually('every XRD is Established', 120, async () => (await list('xrd')).every(isEstablished));
  await apply(...PACKS);
}

/** Exactly what `provider-rbac` prints for the packs of the suite, bound to the provider. */
function providerRights(serviceAccount: string): JsonObject[] {
  const [namespace = '', name = ''] = serviceAccount.split('/');
  const specs = [...PACKS, ...readDocuments(SEED)].map((pack) => objectAt(pack, 'spec') as unknown as SkillPackSpec);
  const renamed = { metadata: { name: ROLE } };
  return (buildProviderRights(specs) as unknown as JsonObject[]).map((manifest) =>
    manifest['kind'] === 'ClusterRole'
      ? { ...manifest, ...renamed }
      : {
          ...manifest,
          ...renamed,
          roleRef: { ...objectAt(manifest, 'roleRef'), name: ROLE },
          subjects: [{ kind: 'ServiceAccount', namespace, name }],
        },
  );
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
export async function uninstall({ configuration, functionEndpoint }: Options): Promise<void> {
  for (const pack of PACKS) await remove('skillpack', textAt(pack, 'metadata', 'name') ?? '');
  await eventually('no SkillPack is left', 60, async () => (await list('skillpacks.sympozium.ai')).length === 0);
  for (const kind of kindsOf(configuration)) {
    const [xrd = {}] = readDocuments(`package/${configuration}/apis/${kind}/definition.yaml`);
    await remove('xrd', textAt(xrd, 'metadata', 'name') ?? '');
    await remove('composition', kind);
  }
  await eventually('no definition is left', 120, async () => (await get('crd', 'skillpacks.sympozium.ai')) === undefined);
  await remove('clusterrolebinding', ROLE);
  await remove('clusterrole', ROLE);
  if (functionEndpoint === undefined) return;
  await remove('functions.pkg.crossplane.io', FUNCTION);
  await remove('functionrevisions.pkg.crossplane.io', `${FUNCTION}-e2e`);
}

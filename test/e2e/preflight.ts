/** What the suite needs of a cluster, before it changes anything. */
import { listAt, textAt } from '../../src/kube/json.ts';
import { get, list, mayDo, raw } from './kubectl.ts';
import { composeOf, type Options } from './options.ts';

const PLURALS = ['agentruns', 'sympoziuminstances', 'skillpacks', 'sympoziumpolicies', 'xagentruns', 'xsympoziuminstances'];

/** Every reason why the suite cannot run here; empty when it can. */
export async function findMissing(options: Options): Promise<string[]> {
  const { functionEndpoint, providerServiceAccount } = options;
  try {
    await raw('/version');
  } catch (error) {
    return [`no cluster: ${(error as Error).message}`];
  }
  const checks = [
    needCrd('compositeresourcedefinitions.apiextensions.crossplane.io', 'Crossplane 2'),
    composeOf(options) === 'Resources' ? [] : needProvider(),
    functionEndpoint === undefined ? needFunction() : [],
    refuseForeignCrds(),
    refusePacks(),
    refusePowerfulProvider(providerServiceAccount),
  ];
  return (await Promise.all(checks)).flat();
}

async function needCrd(name: string, what: string): Promise<string[]> {
  return (await get('crd', name)) === undefined ? [`${what} is not installed: there is no CRD ${name}`] : [];
}

/** Older ones do not know how a Job is to be deleted, and would refuse its Object. */
async function needProvider(): Promise<string[]> {
  const crd = await get('crd', 'objects.kubernetes.m.crossplane.io');
  const isNew = JSON.stringify(crd ?? {}).includes('"deletionPropagationPolicy"');
  return isNew ? [] : ['provider-kubernetes 1.3.1 or newer is not installed'];
}

async function needFunction(): Promise<string[]> {
  const found = await list('functions.pkg.crossplane.io');
  const isThere = found.some((item) => textAt(item, 'metadata', 'name') === 'function-skillpack');
  return isThere ? [] : ['function-skillpack is not installed: install it, or give --function-endpoint'];
}

/** CRDs of our names that no XRD made are Sympozium's own; Crossplane would take them over. */
async function refuseForeignCrds(): Promise<string[]> {
  const crds = await list('crd');
  return crds.flatMap((crd) => {
    const name = textAt(crd, 'metadata', 'name') ?? '';
    const isOurs = PLURALS.some((plural) => name === `${plural}.sympozium.ai`);
    const owners = listAt(crd, 'metadata', 'ownerReferences').map((owner) => textAt(owner, 'kind'));
    return isOurs && !owners.includes('CompositeResourceDefinition')
      ? [`the CRD ${name} exists and is not Crossplane's: use a cluster without Sympozium`]
      : [];
  });
}

/** The suite applies the seed pack and policies of its own, and deletes them. */
async function refusePacks(): Promise<string[]> {
  const found = [...(await list('skillpacks.sympozium.ai')), ...(await list('sympoziumpolicies.sympozium.ai'))];
  return found.length > 0 ? ['there are SkillPacks or SympoziumPolicies already: use a cluster without'] : [];
}

async function refusePowerfulProvider(serviceAccount: string): Promise<string[]> {
  const everything = { verb: '*', resource: '*', group: '*' };
  const [isPowerful] = await mayDo([{ user: userOf(serviceAccount), access: everything }]);
  return isPowerful ? [`${serviceAccount} may do everything: the suite proves what works without that`] : [];
}

/** `namespace/name` as the API server names a ServiceAccount. */
const userOf = (serviceAccount: string): string => `system:serviceaccount:${serviceAccount.replace('/', ':')}`;

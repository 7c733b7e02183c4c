/**
 * The configurations without claims, made from the one with claims: the same schemas, never copied by hand. XRDs of
 * apiextensions.crossplane.io/v2 know neither claims nor a policy for deleting composites behind them. The two differ in who makes what a
 * composite is made of: provider-kubernetes, or Crossplane itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument } from 'yaml';

const ROOT = new URL('..', import.meta.url);
const BANNER = '# Generated from package/claims by tools/configurations.ts; do not edit.\n';
/** The kinds that are made of something. */
const COMPOSING = ['AgentRun', 'SkillPack'];
const STYLE = { lineWidth: 0, flowCollectionPadding: false };

/** What is named after the kind with claims in front of it. */
const withoutX = (text: string): string => text.replace(/^x(?=agentrun|sympoziuminstance)/i, '');

/** Who composes what, by the directory of the configuration. */
const COMPOSE = { namespaced: 'Objects', direct: 'Resources' } as const;

/** The files of package/namespaced and package/direct by their path. */
export function generateConfigurations(): Record<string, string> {
  const kinds = readdirSync(new URL('package/claims/apis', ROOT)).sort();
  return Object.fromEntries(
    Object.entries(COMPOSE).flatMap(([configuration, compose]) =>
      kinds.flatMap((kind) => [
        [`package/${configuration}/apis/${kind}/definition.yaml`, toDefinition(read(kind, 'definition'))],
        [`package/${configuration}/apis/${kind}/composition.yaml`, toComposition(read(kind, 'composition'), compose)],
      ]),
    ),
  );
}

/** Without the comment at its head, which speaks of claims. */
const read = (kind: string, file: string): string =>
  readFileSync(new URL(`package/claims/apis/${kind}/${file}.yaml`, ROOT), 'utf8').replace(/^(#.*\n)+/, '');

function toDefinition(text: string): string {
  const xrd = parseDocument(text);
  // Some kinds are namespaced with claims too.
  if (xrd.getIn(['spec', 'scope']) !== undefined) return BANNER + xrd.toString(STYLE);
  const claimNames = xrd.getIn(['spec', 'claimNames']);
  xrd.set('apiVersion', 'apiextensions.crossplane.io/v2');
  xrd.setIn(['metadata', 'name'], withoutX(String(xrd.getIn(['metadata', 'name']))));
  if (claimNames !== undefined) xrd.setIn(['spec', 'names'], claimNames);
  for (const field of ['claimNames', 'defaultCompositeDeletePolicy']) xrd.deleteIn(['spec', field]);
  const spec = xrd.get('spec');
  if (!isMap(spec)) throw new Error('an XRD has a spec');
  const scope = xrd.createPair('scope', claimNames === undefined ? 'Cluster' : 'Namespaced');
  spec.items.splice(spec.items.findIndex(({ key }) => isScalar(key) && key.value === 'names') + 1, 0, scope as never);
  return BANNER + xrd.toString(STYLE);
}

function toComposition(text: string, compose: (typeof COMPOSE)[keyof typeof COMPOSE]): string {
  const composition = parseDocument(text);
  const kind = withoutX(String(composition.getIn(['spec', 'compositeTypeRef', 'kind'])));
  composition.setIn(['spec', 'compositeTypeRef', 'kind'], kind);
  const input = ['spec', 'pipeline', 0, 'input'];
  if (kind === 'SkillPack') composition.setIn([...input, 'objectScope'], 'Namespaced');
  if (compose === 'Resources' && COMPOSING.includes(kind)) composition.setIn([...input, 'compose'], compose);
  return BANNER + composition.toString(STYLE);
}

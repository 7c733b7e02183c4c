/**
 * The namespaced configuration, made from the one with claims: the same schemas, never copied by hand. XRDs of
 * apiextensions.crossplane.io/v2 know neither claims nor a policy for deleting composites behind them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument } from 'yaml';

const ROOT = new URL('..', import.meta.url);
const BANNER = '# Generated from package/claims by tools/namespaced.ts; do not edit.\n';
const STYLE = { lineWidth: 0, flowCollectionPadding: false };

/** What is named after the kind with claims in front of it. */
const withoutX = (text: string): string => text.replace(/^x(?=agentrun|sympoziuminstance)/i, '');

/** The files of package/namespaced by their path. */
export function generateNamespaced(): Record<string, string> {
  const kinds = readdirSync(new URL('package/claims/apis', ROOT)).sort();
  return Object.fromEntries(
    kinds.flatMap((kind) => [
      [`package/namespaced/apis/${kind}/definition.yaml`, toDefinition(read(kind, 'definition'))],
      [`package/namespaced/apis/${kind}/composition.yaml`, toComposition(read(kind, 'composition'))],
    ]),
  );
}

/** Without the comment at its head, which speaks of claims. */
const read = (kind: string, file: string): string =>
  readFileSync(new URL(`package/claims/apis/${kind}/${file}.yaml`, ROOT), 'utf8').replace(/^(#.*\n)+/, '');

function toDefinition(text: string): string {
  const xrd = parseDocument(text);
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

function toComposition(text: string): string {
  const composition = parseDocument(text);
  const kind = withoutX(String(composition.getIn(['spec', 'compositeTypeRef', 'kind'])));
  composition.setIn(['spec', 'compositeTypeRef', 'kind'], kind);
  if (kind === 'SkillPack') composition.setIn(['spec', 'pipeline', 0, 'input', 'objectScope'], 'Namespaced');
  return BANNER + composition.toString(STYLE);
}

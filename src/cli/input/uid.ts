import { createHash } from 'node:crypto';
import { nameOf } from '../../api/composite.ts';
import { type JsonObject, objectAt, textAt } from '../../kube/json.ts';

/** The uid Crossplane's render gives a composite without one, so that both print the same names. */
export function withUid(composite: JsonObject): JsonObject {
  const metadata = objectAt(composite, 'metadata');
  if (textAt(metadata, 'uid') !== undefined) return composite;
  const [group = '', version = ''] = (textAt(composite, 'apiVersion') ?? '').split('/');
  const gvk = `${group}/${version}, Kind=${textAt(composite, 'kind')}`;
  const name = [gvk, textAt(metadata, 'namespace') ?? '', nameOf(composite)].join('\0');
  const bytes = createHash('sha1').update(Buffer.alloc(16)).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const uid = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { ...composite, metadata: { ...metadata, uid } };
}

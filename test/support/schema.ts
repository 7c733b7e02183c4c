/**
 * What the API server would say of a document: the XRD's schema, list-map keys and CEL rules, read from the XRD itself
 * and evaluated by libraries. Unknown fields are pruned there and so pass.
 */
import { isIP } from 'node:net';
import { evaluate } from '@marcbachmann/cel-js';
import { Ajv } from 'ajv';
import { isObject, type JsonObject, type JsonValue } from '../../src/kube/json.ts';
import { readDocuments } from './project.ts';

export interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  pattern?: string;
  enum?: string[];
  default?: JsonValue;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: { rule: string; message: string }[];
}

export const KINDS = {
  SkillPack: 'skillpack',
  SympoziumInstance: 'sympoziuminstance',
  AgentRun: 'agentrun',
  SympoziumPolicy: 'sympoziumpolicy',
  AgentRunApproval: 'agentrunapproval',
  AgentSchedule: 'agentschedule',
};
export type Kind = keyof typeof KINDS;

export function xrdSchema(kind: Kind): Schema {
  const [xrd] = readDocuments(`package/claims/apis/${KINDS[kind]}/definition.yaml`) as unknown as [
    { spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] } },
  ];
  return xrd.spec.versions[0].schema.openAPIV3Schema;
}

/** As Go's ParseCIDR, by Node's own reading. */
function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const family = isIP(address);
  return rest.length === 0 && family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  strict: false,
  unicodeRegExp: false,
  formats: { 'date-time': true, cidr: isCidr },
});

/** Everything the API server would object to; empty when it would take the document. */
export function apiServerErrors(kind: Kind, document: JsonObject): string[] {
  const schema = xrdSchema(kind);
  const copy = structuredClone(document);
  const validate = ajv.compile(schema);
  const errors = validate(copy) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`);
  // CEL runs on what has the right shape only.
  return errors.length > 0 ? errors : ruleErrors(schema, copy, '');
}

function ruleErrors(schema: Schema, value: JsonValue, path: string): string[] {
  const errors: string[] = [];
  for (const { rule, message } of schema['x-kubernetes-validations'] ?? []) {
    if (rule.includes('oldSelf')) continue;
    if (evaluate(rule, { self: toCel(schema, value) }) !== true) errors.push(`${path}: ${message}`);
  }
  if (Array.isArray(value)) {
    const keys = schema['x-kubernetes-list-map-keys'];
    const seen = value.map((item) => JSON.stringify((keys ?? []).map((key) => isObject(item) && item[key])));
    if (keys && new Set(seen).size < seen.length) errors.push(`${path}: duplicate key`);
    for (const [index, item] of value.entries()) errors.push(...ruleErrors(schema.items ?? {}, item, `${path}/${index}`));
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const below = schema.properties?.[key];
      if (below !== undefined) errors.push(...ruleErrors(below, child, `${path}/${key}`));
    }
  }
  return errors;
}

/** CEL tells whole numbers from others; JavaScript does not. */
function toCel(schema: Schema | undefined, value: JsonValue): unknown {
  if (typeof value === 'number' && schema?.type === 'integer') return BigInt(value);
  if (Array.isArray(value)) return value.map((item) => toCel(schema?.items, item));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toCel(schema?.properties?.[k], v)]));
  return value;
}

/** Every schema node with its path, the root first. */
export function* walkSchema(schema: Schema, path = ''): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* walkSchema(child, `${path}.${name}`);
  if (schema.items) yield* walkSchema(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') yield* walkSchema(schema.additionalProperties, `${path}{}`);
}

/** Every field of a schema that holds a value, as `a.b` or `list[].c`. */
export function leavesOf(schema: Schema, at = ''): string[] {
  if (schema.items !== undefined) return leavesOf(schema.items, `${at}[]`);
  if (schema.properties === undefined) return [at];
  return Object.entries(schema.properties).flatMap(([name, child]) => leavesOf(child, at === '' ? name : `${at}.${name}`));
}

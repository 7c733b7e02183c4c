/** From a generated validator's errors to faults a person can act on. */
import { isObject, type JsonObject, type JsonValue, without } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import type { SchemaError, Validator } from './generated/validators.js';

/** A range of addresses: all that a pattern can say of it. */
export const CIDR_PATTERN =
  '^(((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])|[0-9a-f]{0,4}:[0-9a-f:]{1,35}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$';

/** The name of a resource, as the API server takes it. */
export const NAME_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

/** What each pattern of the schemas asks for, in words. A test fails when a schema has a pattern without words. */
export const PATTERNS: Record<string, string> = {
  '^[a-z0-9]+(-[a-z0-9]+)*$': 'must be lower-case letters and digits in groups joined by single hyphens',
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$': 'must be a DNS label: lower-case letters, digits and hyphens',
  [NAME_PATTERN]: 'must be a Kubernetes name: lower-case letters, digits, hyphens and dots',
  '^[A-Za-z_][A-Za-z0-9_]*$': 'must be letters, digits and underscores, not beginning with a digit',
  '^[^\\s]+$': 'must not contain white space',
  '^[a-z][a-z0-9_]*$': 'must be lower-case letters, digits and underscores, beginning with a letter',
  '^[-._a-zA-Z0-9]+$': 'must be letters, digits, hyphens, underscores and dots',
  '^/[^:]+$': 'must be an absolute path without a colon, below the root',
  '^/[^:]*$': 'must be an absolute path without a colon',
  '^[^/:][^:]*$': 'must be a relative path without a colon',
  '^(/dev/termination-log|/(ipc|workspace|tmp)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+)$':
    'must be /dev/termination-log, or a file below /ipc, /workspace or /tmp',
  '^[.]?[A-Za-z0-9_-][A-Za-z0-9._-]*(/[.]?[A-Za-z0-9_-][A-Za-z0-9._-]*){0,7}$':
    'must be a relative path of at most 8 parts, each of letters, digits, dots, hyphens and underscores, and none beginning with two dots',
  '^[.][A-Za-z0-9_-][A-Za-z0-9._-]*(/[.]?[A-Za-z0-9_-][A-Za-z0-9._-]*){0,3}$':
    'must be a relative path of at most 4 parts, the first beginning with one dot, each of letters, digits, dots, hyphens and underscores',
  '^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$': 'must be the value of a label: letters, digits, hyphens, underscores and dots',
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$':
    'must be the name of a label: at most 63 letters, digits, hyphens, underscores and dots, with a domain before it or without',
  '^[^\\s@]+@sha256:[0-9a-f]{64}$': 'must be the name of an image with its digest: name@sha256:…',
  '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$':
    'must be base64 (RFC 4648) with its padding and without line breaks',
  '^sha256:[0-9a-f]{64}$': 'must be a digest: sha256: and 64 hexadecimal digits',
  '^https?://[^\\s]+$': 'must begin with http:// or https://',
  '^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h))+$': 'must be a duration such as 90s, 10m or 1h30m',
  '^([1-9][0-9]*m|0*[1-9][0-9]*(\\.[0-9]+)?|0\\.0*[1-9][0-9]*)$': 'must be an amount of CPU such as 500m or 2',
  '^[1-9][0-9]*(Ki|Mi|Gi|Ti|k|M|G|T)?$': 'must be an amount of memory such as 512Mi or 2Gi',
  [CIDR_PATTERN]: 'must be a range of addresses such as 10.0.0.0/8 or fd00::/8, an address by itself with /32 or /128',
  '^([*][.])?([a-z0-9]([-a-z0-9]*[a-z0-9])?[.])+[a-z]([-a-z0-9]*[a-z0-9])?$':
    'must be the name of a host in lower case, or *. and the end of one',
  '^[A-Za-z_][A-Za-z0-9_]*[*]?$': 'must be the name of a variable, or the beginning of names and a star',
  '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$': 'must be an IANA time zone such as Europe/Warsaw',
  '^[a-z0-9.-]*$': 'must be an API group in lower case without its version, and no wildcard',
  '^[a-z0-9.-]+(/[a-z0-9.-]+)?$': 'must be a resource in lower case such as pods or pods/log, and no wildcard',
  '^[a-z][a-z:-]*$': 'must be a verb in lower case, and no wildcard',
  '^([*]|[a-z0-9.-]*)$': 'must be an API group in lower case without its version, or *',
  '^([*]|[a-z0-9.-]+)(/([*]|[a-z0-9.-]+))?$': 'must be a resource in lower case such as pods or pods/log, or *',
  '^([*]|[a-z][a-z:-]*)$': 'must be a verb in lower case, or *',
  '^([*]|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$': 'must be the name of a namespace, or *',
};

/**
 * A copy of `value` with defaults filled in, and everything the schema finds wrong with it. A null stands for a field that
 * is not set, as the API server has it.
 */
export function checkSchema(validator: Validator, value: JsonValue, path: string): { value: JsonValue; faults: Fault[] } {
  const copy = without(null, value);
  if (validator(copy)) return { value: copy, faults: [] };
  const errors = validator.errors ?? [];
  const first = new Map<string, number>();
  for (const error of errors)
    first.set(error.instancePath, Math.min(rankOf(error), first.get(error.instancePath) ?? rankOf(error)));
  const told = errors.filter((error) => rankOf(error) === first.get(error.instancePath));
  return { value: copy, faults: told.map((error) => faultOf(error, copy, path)) };
}

/** What is of the wrong type is none of the values either, what is empty has no form, and what has the wrong form is not only too short. */
function rankOf({ keyword, params }: SchemaError): number {
  if (keyword === 'type') return 0;
  if (keyword !== 'minLength') return 2;
  return params['limit'] === 1 ? 1 : 3;
}

function faultOf(error: SchemaError, root: JsonValue, rootPath: string): Fault {
  const keys = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path = rootPath + keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join('');
  let found: JsonValue | undefined = root;
  for (const key of keys) found = isObject(found) || Array.isArray(found) ? (found as JsonObject)[key] : undefined;
  const { params } = error;
  const limit = String(params['limit']);
  switch (error.keyword) {
    case 'additionalProperties':
      return { path: `${path}.${params['additionalProperty']}`, found: 'an unknown field', rule: 'must not be set' };
    case 'required':
      return { path: `${path}.${params['missingProperty']}`, found: 'nothing', rule: 'must be set' };
    case 'type':
      return {
        path,
        found: describeType(found),
        rule: `must be ${TYPES[String(params['type'])] ?? params['type']}${quoteHint(params['type'], found)}`,
      };
    case 'enum':
      return { path, found: show(found), rule: `must be one of ${(params['allowedValues'] as string[]).join(', ')}` };
    case 'pattern':
      return { path, found: show(found), rule: PATTERNS[String(params['pattern'])] ?? `must match ${params['pattern']}` };
    case 'minimum':
      return { path, found: show(found), rule: `must be at least ${limit}` };
    case 'maximum':
      return { path, found: show(found), rule: `must be at most ${limit}` };
    case 'minLength':
      return { path, ...atLeast(limit, found, 'characters') };
    case 'maxLength':
      return { path, found: size(found), rule: `must have at most ${limit} characters` };
    case 'minItems':
    case 'minProperties':
      return { path, ...atLeast(limit, found, 'entries') };
    case 'maxItems':
    case 'maxProperties':
      return { path, found: size(found), rule: `must have at most ${limit} entries` };
    default:
      return { path, found: describeType(found), rule: `must satisfy ${error.keyword}` };
  }
}

const atLeast = (limit: string, found: JsonValue | undefined, what: string): Pick<Fault, 'found' | 'rule'> =>
  limit === '1'
    ? { found: 'nothing', rule: 'must not be empty' }
    : { found: size(found), rule: `must have at least ${limit} ${what}` };

const TYPES: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

/** What people write without quotes and YAML does not read as text. */
function quoteHint(wanted: unknown, found: JsonValue | undefined): string {
  if (wanted !== 'string' || typeof found !== 'boolean') return '';
  return ': YAML reads on, off, yes and no as true and false, so put it in quotes';
}

/** Only the type: a value of the wrong type may be a mistyped secret. */
function describeType(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return { string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as 'string'];
}

function size(value: JsonValue | undefined): string {
  if (typeof value === 'string') return String([...value].length);
  if (Array.isArray(value)) return String(value.length);
  return String(Object.keys(isObject(value) ? value : {}).length);
}

/** A text without what stands where a URL has its name and password. */
function hideUserinfo(text: string): string {
  const [from, at] = [text.indexOf('://') + 3, text.lastIndexOf('@')];
  return from > 2 && at > from ? `${text.slice(0, from)}***${text.slice(at)}` : text;
}

/** A value in quotes, cut where it gets long. */
export function show(value: JsonValue | undefined): string {
  const text = JSON.stringify(typeof value === 'string' ? hideUserinfo(value) : (value ?? null));
  return text.length <= 64 ? text : `${text.slice(0, 60)}…"`;
}

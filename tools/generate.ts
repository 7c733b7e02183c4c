/**
 * Generates src/api/generated from the XRDs and the input CRD: TypeScript types of what the parsers return, and
 * validators without dependencies; package/namespaced and package/direct; what the command line has of them; docs/reasons.md, docs/rights.md and docs/sympozium.md. `npm run
 * generate` writes the files; a test fails when they
 * are not what this would write.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { compile } from 'json-schema-to-typescript';
import { parse } from 'yaml';
import { generateCommandLine } from './commandline.ts';
import { generateConfigurations } from './configurations.ts';
import { generateReasons } from './reasons.ts';
import { generateReference } from './reference.ts';
import { generateRights } from './rights.ts';
import { generateRunTemplate } from './runtemplate.ts';
import { generateSympozium } from './sympozium.ts';

interface Schema {
  title?: string;
  type?: string;
  description?: string;
  default?: unknown;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean | Schema;
}

const ROOT = new URL('..', import.meta.url);
const BANNER = 'Generated from the XRDs in package by tools/generate.ts; do not edit.';

const xrd = (kind: string): Schema =>
  parse(readFileSync(new URL(`package/claims/apis/${kind}/definition.yaml`, ROOT), 'utf8')).spec.versions[0].schema
    .openAPIV3Schema;
const crd = (file: string): Schema =>
  parse(readFileSync(new URL(`package/function/input/${file}`, ROOT), 'utf8')).spec.versions[0].schema.openAPIV3Schema;

function child(schema: Schema | undefined, ...path: string[]): Schema {
  let at = schema;
  for (const key of path) at = key === '[]' ? at?.items : at?.properties?.[key];
  if (at === undefined) throw new Error(`no schema at ${path.join('.')}`);
  return at;
}

/** The schemas by the name of their type, with names for the parts that code speaks of. */
function loadSchemas(): Record<string, Schema> {
  const schemas: Record<string, Schema> = { Settings: crd('skillpack.fn.crossplane.io_settings.yaml') };
  for (const kind of ['SkillPack', 'SympoziumInstance', 'AgentRun', 'AgentRunApproval', 'AgentSchedule', 'SympoziumPolicy']) {
    const schema = xrd(kind.toLowerCase());
    schemas[`${kind}Spec`] = child(schema, 'spec');
    schemas[`${kind}Status`] = child(schema, 'status');
  }
  const parts: [string, string, ...string[]][] = [
    ['Skill', 'SkillPackSpec', 'skills', '[]'],
    ['Sidecar', 'SkillPackSpec', 'sidecar'],
    ['Rule', 'SkillPackSpec', 'sidecar', 'rbac', '[]'],
    ['SidecarTool', 'SkillPackSpec', 'sidecar', 'tools', '[]'],
    ['SidecarVolume', 'SkillPackSpec', 'sidecar', 'volumes', '[]'],
    ['SidecarVariable', 'SkillPackSpec', 'sidecar', 'env', '[]'],
    ['RuntimeRequirements', 'SkillPackSpec', 'runtimeRequirements'],
    ['HostAccess', 'SkillPackSpec', 'sidecar', 'hostAccess'],
    ['HostMount', 'SkillPackSpec', 'sidecar', 'hostAccess', 'mounts', '[]'],
    ['Port', 'SkillPackSpec', 'sidecar', 'ports', '[]'],
    ['SkillUse', 'AgentRunSpec', 'skills', '[]'],
    ['Model', 'AgentRunSpec', 'model'],
    ['EnvVar', 'AgentRunSpec', 'env', '[]'],
    ['Placement', 'AgentRunSpec', 'placement'],
    ['Workspace', 'AgentRunSpec', 'workspace'],
    ['Right', 'AgentRunStatus', 'rights', '[]'],
    ['UsedPack', 'AgentRunStatus', 'skills', '[]'],
    ['Usage', 'AgentRunStatus', 'usage'],
    ['StartFailure', 'AgentRunStatus', 'startFailure'],
    ['ServerAddress', 'AgentRunStatus', 'service'],
    ['PodMetadata', 'AgentRunSpec', 'podMetadata'],
    ['CloudIdentity', 'SympoziumPolicySpec', 'cloudIdentities', '[]'],
    ['Network', 'SympoziumPolicySpec', 'network'],
    ['Destination', 'SympoziumPolicySpec', 'network', 'destinations', '[]'],
    ['Results', 'SympoziumPolicySpec', 'results'],
    ['Approval', 'AgentRunStatus', 'approval'],
    ['ApprovalCause', 'AgentRunStatus', 'approval', 'because', '[]'],
    ['RightPattern', 'SympoziumPolicySpec', 'approval', 'rights', '[]'],
    ['RunTemplate', 'AgentScheduleSpec', 'runTemplate'],
    ['ScheduledRun', 'AgentScheduleStatus', 'runs', '[]'],
    ['SkippedTick', 'AgentScheduleStatus', 'lastSkipped'],
  ];
  for (const [title, type, ...path] of parts) child(schemas[type], ...path).title = title;
  // The fields of an instance and of a template, and model and podMetadata of a policy, are the run's, so they share types; a test compares them.
  const run = child(schemas['AgentRunSpec']).properties ?? {};
  const instance = child(schemas['SympoziumInstanceSpec']).properties ?? {};
  for (const name of Object.keys(instance)) instance[name] = child(schemas['AgentRunSpec'], name);
  const template = child(schemas['AgentScheduleSpec'], 'runTemplate', 'spec').properties ?? {};
  for (const name of Object.keys(template)) template[name] = child(schemas['AgentRunSpec'], name);
  const { rights, skills } = child(schemas['AgentRunStatus']).properties ?? {};
  Object.assign(child(schemas['AgentRunStatus'], 'approval').properties ?? {}, { rights, skills });
  Object.assign(child(schemas['SympoziumPolicySpec'], 'defaults').properties ?? {}, {
    model: run['model'],
    podMetadata: run['podMetadata'],
  });
  return schemas;
}

/** The schema of a parsed value: closed, and with every defaulted field present. */
function parsed(schema: Schema, seen = new Map<Schema, Schema>()): Schema {
  const known = seen.get(schema);
  if (known) return known;
  const out: Schema = {};
  seen.set(schema, out);
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-kubernetes-') || key === 'default' || /^(min|max)(Items|Properties)$/.test(key)) continue;
    Object.assign(out, { [key]: value });
  }
  if (schema.properties) {
    out.properties = Object.fromEntries(Object.entries(schema.properties).map(([k, v]) => [k, parsed(v, seen)]));
    const defaulted = Object.entries(schema.properties).filter(([, v]) => v.default !== undefined);
    out.required = [...new Set([...(schema.required ?? []), ...defaulted.map(([k]) => k)])];
    out.additionalProperties = false;
  }
  if (schema.items) out.items = parsed(schema.items, seen);
  if (typeof schema.additionalProperties === 'object') {
    out.additionalProperties = parsed(schema.additionalProperties, seen);
  }
  return out;
}

/** The schema to validate with: only what decides, and closed, so that unknown fields are found. */
function validated(schema: Schema): Schema {
  const out: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-kubernetes-') || key === 'description' || key === 'title' || key === 'format') continue;
    Object.assign(out, { [key]: value });
  }
  if (schema.properties) {
    out.properties = Object.fromEntries(Object.entries(schema.properties).map(([k, v]) => [k, validated(v)]));
    out.additionalProperties = false;
  }
  if (schema.items) out.items = validated(schema.items);
  if (typeof schema.additionalProperties === 'object') out.additionalProperties = validated(schema.additionalProperties);
  return out;
}

async function generateTypes(schemas: Record<string, Schema>): Promise<string> {
  const seen = new Map<Schema, Schema>();
  const properties = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { ...parsed(schema, seen), title: name }]),
  );
  const root = { title: 'Schemas', type: 'object', additionalProperties: false, required: Object.keys(schemas), properties };
  return compile(root as never, 'Schemas', {
    bannerComment: `/** ${BANNER} */`,
    additionalProperties: false,
    strictIndexSignatures: true,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
}

/** What the template of a schedule holds, the validator of an AgentRun judges. */
function withOpenTemplate(schedule: Schema | undefined): Schema {
  const copy = structuredClone(schedule ?? {});
  Object.assign(child(copy, 'runTemplate').properties ?? {}, { spec: { type: 'object' } });
  return copy;
}

async function generateValidators(schemas: Record<string, Schema>): Promise<string> {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    strict: false,
    validateFormats: false,
    messages: false,
    code: { source: true, esm: true },
  });
  const names = Object.keys(schemas).filter((name) => !name.endsWith('Status'));
  for (const name of names)
    ajv.addSchema(
      validated(name === 'AgentScheduleSpec' ? withOpenTemplate(schemas[name]) : (schemas[name] ?? {})) as never,
      name,
    );
  // The meta-schema of JSON Schema is one of ajv's own.
  const all = [
    ...names.map((name) => [`validate${name}`, name]),
    ['validateJsonSchema', 'http://json-schema.org/draft-07/schema'],
  ];
  const source = standalone.default(ajv, Object.fromEntries(all));
  const bundle = await build({
    stdin: { contents: source, resolveDir: new URL('.', ROOT).pathname, loader: 'js' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    banner: { js: `// ${BANNER}` },
  });
  return bundle.outputFiles[0]?.text ?? '';
}

function generateDeclarations(validators: string): string {
  const names = [...validators.matchAll(/ as (validate\w+)/g)].map(([, name]) => name).sort();
  return `// ${BANNER}
export interface SchemaError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
}
/** Checks a value, fills in defaults, and leaves what it found wrong in \`errors\`. */
export interface Validator {
  (value: unknown): boolean;
  errors?: SchemaError[] | null;
}
${names.map((name) => `export const ${name}: Validator;`).join('\n')}
`;
}

/** The generated files by their path. */
export async function generate(): Promise<Record<string, string>> {
  const schemas = loadSchemas();
  const validators = await generateValidators(schemas);
  const configurations = generateConfigurations();
  return {
    'src/api/generated/types.ts': await generateTypes(schemas),
    'src/api/generated/validators.js': validators,
    'src/api/generated/validators.d.ts': generateDeclarations(validators),
    ...generateRunTemplate(),
    ...configurations,
    ...generateCommandLine(configurations),
    ...generateReasons(),
    ...generateReference(),
    ...generateRights(),
    ...generateSympozium(),
  };
}

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = new URL(path, ROOT).pathname;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  // The others read it.
  write(generateRunTemplate());
  write(await generate());
}

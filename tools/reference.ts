/** docs/reference.md: every field of every kind and of the input, from the schemas that the API server has. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const ROOT = new URL('..', import.meta.url);
const HEAD = `# Reference

Every field that people write, and every field of a status. Written by \`npm run generate\` from the definitions in
[package](../package), which \`kubectl explain\` reads too. \`[]\` stands for the entries of a list, \`*\` for any key of a map.
`;

interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
}

interface Row {
  path: string;
  type: string;
  fallback: string;
  description: string;
}

/** A text in a cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');

function typeOf({ type = 'any', enum: values, minimum, maximum, maxLength, maxItems }: Schema): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  const bounds = [
    minimum === undefined ? '' : `at least ${minimum}`,
    maximum === undefined ? '' : `at most ${maximum}`,
    maxLength === undefined ? '' : `at most ${maxLength} characters`,
    maxItems === undefined ? '' : `at most ${maxItems} entries`,
  ].filter((bound) => bound !== '');
  return [type, ...bounds].join(', ');
}

function listRows(schema: Schema, path: string, isRequired: boolean): Row[] {
  const { properties = {}, items, additionalProperties, required = [] } = schema;
  const fallback = isRequired ? 'required' : schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return [
    { path, type: typeOf(schema), fallback, description: schema.description ?? '' },
    ...Object.entries(properties).flatMap(([name, child]) => listRows(child, `${path}.${name}`, required.includes(name))),
    ...(items === undefined
      ? []
      : listRows(items, `${path}[]`, false).filter((row) => row.path !== `${path}[]` || row.description !== '')),
    ...(typeof additionalProperties === 'object' && additionalProperties.properties !== undefined
      ? listRows(additionalProperties, `${path}.*`, false)
      : []),
  ];
}

const table = (rows: Row[]): string[] => [
  '| field | type | default | what it is |',
  '| --- | --- | --- | --- |',
  ...rows.map(
    ({ path, type, fallback, description }) => `| \`${path}\` | ${cell(type)} | ${cell(fallback)} | ${cell(description)} |`,
  ),
  '',
];

const schemaOf = (file: string): Schema =>
  parse(readFileSync(new URL(file, ROOT), 'utf8')).spec.versions[0].schema.openAPIV3Schema;

/** The page, by its path. */
export function generateReference(): Record<string, string> {
  const kinds = readdirSync(new URL('package/claims/apis', ROOT)).sort();
  const sections = kinds.flatMap((kind) => {
    const file = `package/claims/apis/${kind}/definition.yaml`;
    const { spec } = parse(readFileSync(new URL(file, ROOT), 'utf8'));
    const { properties = {} } = schemaOf(file);
    return [
      `## ${spec.claimNames?.kind ?? spec.names.kind}`,
      '',
      ...table(listRows(properties['spec'] ?? {}, 'spec', false).slice(1)),
      'Its status:',
      '',
      ...table(listRows(properties['status'] ?? {}, 'status', false).slice(1)),
    ];
  });
  const { properties: input = {} } = schemaOf('package/function/input/skillpack.fn.crossplane.io_settings.yaml');
  const settings = Object.entries(input)
    .filter(([name]) => !['apiVersion', 'kind', 'metadata'].includes(name))
    .flatMap(([name, schema]) => listRows(schema, name, false));
  const text = [HEAD, ...sections, '## Settings', '', "The input of a Composition's step.", '', ...table(settings)].join('\n');
  return { 'docs/reference.md': text };
}

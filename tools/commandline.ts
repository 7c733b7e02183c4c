/** What the command line has of the packages in itself: the inputs of the Compositions, and the names of all fields. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const ROOT = new URL('..', import.meta.url);
const BANNER = '// Generated from package by tools/commandline.ts; do not edit.\n';
const CONFIGURATIONS = ['direct', 'namespaced', 'claims'];

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean | Schema;
}

/** The fields below a schema by their names. `[]` stands for the entries of a list, `*` for those of a map with any keys. */
interface Fields {
  [name: string]: Fields;
}

function fieldsOf({ properties = {}, items, additionalProperties }: Schema): Fields {
  const below = typeof additionalProperties === 'object' ? { '*': fieldsOf(additionalProperties) } : {};
  return {
    ...Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, fieldsOf(schema)])),
    ...(items && { '[]': fieldsOf(items) }),
    ...below,
  };
}

const read = (configuration: string, kind: string, file: string) =>
  parse(readFileSync(new URL(`package/${configuration}/apis/${kind}/${file}.yaml`, ROOT), 'utf8'));

/** The files by their path. */
export function generateCommandLine(compositions: Record<string, string>): Record<string, string> {
  const kinds = readdirSync(new URL('package/claims/apis', ROOT)).sort();
  const inputsOf = (configuration: string) =>
    Object.fromEntries(
      kinds.map((kind) => {
        const generated = compositions[`package/${configuration}/apis/${kind}/composition.yaml`];
        const { spec } = generated === undefined ? read(configuration, kind, 'composition') : parse(generated);
        return [spec.compositeTypeRef.kind, spec.pipeline[0].input];
      }),
    );
  const inputs = Object.fromEntries(CONFIGURATIONS.map((configuration) => [configuration, inputsOf(configuration)]));
  const fields = Object.fromEntries(
    kinds.map((kind) => {
      const { spec } = read('claims', kind, 'definition');
      const { properties } = spec.versions[0].schema.openAPIV3Schema;
      return [spec.claimNames?.kind ?? spec.names.kind, fieldsOf({ properties: { spec: properties.spec } })];
    }),
  );
  return {
    'src/cli/generated/inputs.ts': `${BANNER}import type { JsonObject } from '../../kube/json.ts';

export const CONFIGURATIONS = ${JSON.stringify(CONFIGURATIONS)} as const;
export type Configuration = (typeof CONFIGURATIONS)[number];

/** The input of the step of each Composition, by configuration and by the kind of the composite. */
export const INPUTS: Record<Configuration, Record<string, JsonObject>> = ${JSON.stringify(inputs, null, 2)};
`,
    'src/cli/generated/fields.ts': `${BANNER}/** The fields below a field by their names. \`[]\` stands for the entries of a list, \`*\` for those of a map with any keys. */
export interface Fields {
  [name: string]: Fields;
}

/** By kind. */
export const FIELDS: Record<string, Fields> = ${JSON.stringify(fields)};
`,
  };
}

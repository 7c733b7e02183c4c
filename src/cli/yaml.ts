/** YAML as Go's tools read and write it, so that `kubectl`, `crossplane` and this program see the same values. */
import { Document, parseAllDocuments, type Tags, visit } from 'yaml';
import type { JsonValue } from '../kube/json.ts';
import { escapeUnreadable, isUnreadable } from '../kube/yaml.ts';

/** Tags of YAML 1.1 that Go's parser does not resolve to anything but text. */
const NOT_IN_GO = new Set([
  'tag:yaml.org,2002:timestamp',
  'tag:yaml.org,2002:omap',
  'tag:yaml.org,2002:pairs',
  'tag:yaml.org,2002:set',
]);

const goTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(NOT_IN_GO.has(tag.tag) || ('format' in tag && tag.format === 'TIME')));

/** Every document of a YAML text, empty ones left out. Throws one line with the place of the first error. */
export function readYaml(text: string, file: string): JsonValue[] {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true, customTags: goTags });
  if (!Array.isArray(documents)) return [];
  const values: JsonValue[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`cannot read ${file}: ${error.message.split('\n')[0]}`);
    const value = toValue(document, file);
    if (value !== null) values.push(value);
  }
  return values;
}

function toValue(document: Document.Parsed, file: string): JsonValue {
  try {
    return document.toJS() as JsonValue;
  } catch (error) {
    throw new Error(`cannot read ${file}: ${(error as Error).message}`);
  }
}

/** One document, beginning with `---`. Texts that YAML 1.1 would take for something else are quoted. */
export function writeYaml(value: JsonValue): string {
  const document = new Document(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && isUnreadable(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return `---\n${escapeUnreadable(document.toString({ lineWidth: 0 }))}`;
}

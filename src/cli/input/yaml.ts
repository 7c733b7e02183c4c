/** YAML as Go's tools read and write it, so that `kubectl`, `crossplane` and this program see the same values. */
import {
  Document,
  type ErrorCode,
  isCollection,
  LineCounter,
  parseAllDocuments,
  type Tags,
  visit,
  type YAMLParseError,
} from 'yaml';
import type { JsonValue } from '../../kube/json.ts';
import { escapeUnreadable, isUnreadable } from '../../kube/yaml.ts';
import type { Place } from './places.ts';

/** Tags of YAML 1.1 that Go's parser does not resolve to anything but text. */
const NOT_IN_GO = new Set([
  'tag:yaml.org,2002:timestamp',
  'tag:yaml.org,2002:omap',
  'tag:yaml.org,2002:pairs',
  'tag:yaml.org,2002:set',
]);

const goTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(NOT_IN_GO.has(tag.tag) || ('format' in tag && tag.format === 'TIME')));

/** One document of a YAML text: what it says, and where each part of it stands. */
export interface YamlDocument {
  value: JsonValue;
  document: Document.Parsed;
  lines: LineCounter;
}

/** Every document of a YAML text, empty ones left out. Throws a FileError at the first error. */
export function parseYaml(text: string, file: string): YamlDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { version: '1.1', merge: true, customTags: goTags, lineCounter: lines });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    if (document.errors.length > 0) throw describeError(document.errors, text, file);
    refuseOddKeys(document, lines, file);
    const value = toValue(document, file);
    return value === null ? [] : { value, document, lines };
  });
}

/** What is no JSON has no meaning in Kubernetes. A template has such keys where it has braces. */
function refuseOddKeys(document: Document.Parsed, lines: LineCounter, file: string): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (!isCollection(key)) return;
      const { line, col } = lines.linePos(key.range?.[0] ?? 0);
      throw new FileError({ file, line, column: col }, 'a key has to be text, and this one is a map or a list', 'yaml');
    },
  });
}

/** What every document of a YAML text says. */
export const readYaml = (text: string, file: string): JsonValue[] => parseYaml(text, file).map(({ value }) => value);

/** What is wrong with a file as a whole. Its message is one line with file, line and column, as editors and terminals open it. */
export class FileError extends Error {
  readonly place: Place;
  readonly words: string;
  /** yaml: it is no YAML; file: it is none that a cluster takes. */
  readonly rule: 'yaml' | 'file';

  constructor(place: Place, words: string, rule: FileError['rule'] = 'file') {
    super(rule === 'yaml' ? `cannot read ${place.file}:${place.line}:${place.column}: ${words}` : `${place.file}: ${words}`);
    this.place = place;
    this.words = words;
    this.rule = rule;
  }
}

const NO_KEY = 'the line has no colon after its key';

/**
 * What the errors that people make most often mean, for who does not know the grammar of YAML: by code, and where one code is of several,
 * by what the parser says.
 */
const WORDS: { code: ErrorCode; says?: RegExp; words: string }[] = [
  {
    code: 'BLOCK_AS_IMPLICIT_KEY',
    words: 'a text with a colon and a space in it has to be quoted, or to stand below its key after |',
  },
  { code: 'TAB_AS_INDENT', words: 'the line begins with a tab, and YAML takes spaces only' },
  { code: 'MISSING_CHAR', says: /quote/, words: 'a quote that was opened before is not closed' },
  { code: 'MISSING_CHAR', says: /map values/, words: NO_KEY },
  { code: 'MULTILINE_IMPLICIT_KEY', words: NO_KEY },
  { code: 'BAD_INDENT', says: /same column/, words: 'the line begins in another column than those that it belongs to' },
  { code: 'BAD_INDENT', words: 'a bracket or brace that was opened before is not closed' },
  { code: 'RESOURCE_EXHAUSTION', words: 'it is nested deeper than anything that a cluster takes' },
  {
    code: 'UNEXPECTED_TOKEN',
    words: 'this does not go with the lines above: a list and a map do not mix, and a quote in a quoted text is doubled',
  },
];

/** A value that begins like this is no text in YAML. A cron expression often does. */
const UNQUOTED = /^\s*(?:- )?[\w.-]+:\s+[*@]/;

function describeError(errors: YAMLParseError[], text: string, file: string): FileError {
  const [error, next] = errors as [YAMLParseError, YAMLParseError | undefined];
  const { line = 1, col = 1 } = error.linePos?.[0] ?? {};
  const own = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
  const at = (row: number, words: string): FileError =>
    new FileError({ file, line: row, column: row === line ? col : 1 }, words, 'yaml');
  // The text above goes on in a line that is too far to the right, and that has a colon.
  if (next?.code === 'MULTILINE_IMPLICIT_KEY')
    return at(line + 1, 'the line is not below the line above: begin it in the same column');
  if (UNQUOTED.test(text.split('\n')[line - 1] ?? '')) return at(line, 'a text that begins with * or @ has to be quoted');
  if (error.code === 'DUPLICATE_KEY')
    return at(line, `the key ${/^[^:\n]*/.exec(text.slice(error.pos[0]))?.[0]} stands twice in one map`);
  // A list in a map has no key, and that is not what is wrong with it.
  const told = errors.find(({ code, linePos }) => code === 'UNEXPECTED_TOKEN' && linePos?.[0].line === line) ?? error;
  return at(line, WORDS.find(({ code, says }) => code === told.code && (says?.test(told.message) ?? true))?.words ?? own);
}

/** What stands behind the star may be a secret that lacks its quotes. */
const describeAlias = (message: string): string =>
  message.startsWith('Unresolved alias') ? 'an alias refers to nothing: a text that begins with * has to be quoted' : message;

function toValue(document: Document.Parsed, file: string): JsonValue {
  try {
    const value = document.toJS() as JsonValue;
    // An alias to what it stands in has no end.
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw new FileError({ file, line: 1, column: 1 }, describeAlias((error as Error).message), 'yaml');
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

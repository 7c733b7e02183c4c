/** A SKILL.md as people and other programs write it: https://agentskills.io/specification */
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Skill } from '../../api/generated/types.ts';
import { show } from '../../api/schema.ts';
import { isBlank, MAX_DESCRIPTION } from '../../api/skill.ts';
import { isObject, type JsonObject, type JsonValue } from '../../kube/json.ts';
import type { Report } from './report.ts';

/** The fields of the front matter, and what a pack calls them. */
const FIELDS = new Map<string, keyof Skill>([
  ['name', 'name'],
  ['description', 'description'],
  ['license', 'license'],
  ['compatibility', 'compatibility'],
  ['metadata', 'metadata'],
  ['allowed-tools', 'allowedTools'],
]);

export interface SkillDocument {
  /** As a pack calls them, and each text or, metadata, a map of texts. */
  fields: JsonObject;
  /** Everything behind the front matter. */
  content: string;
  /** The line on which each field begins. */
  lines: Map<string, number>;
}

/** Undefined where no field can be read. Every value is text, as the reference validator has it: `1.0` is one, and so is `yes`. */
export function readSkillDocument(text: string, file: string, report: Report): SkillDocument | undefined {
  const lines = text.split(/(?<=\n)/);
  const end = lines.findIndex((line, index) => index > 0 && isDelimiter(line));
  if (!isDelimiter(lines[0] ?? '') || end < 0) {
    report.fault(`${file}:1`, 'must begin with its fields between two lines ---');
    return undefined;
  }
  const entries = readEntries(lines.slice(1, end).join(''), file, report);
  if (entries === undefined) return undefined;
  const document: SkillDocument = { fields: {}, content: lines.slice(end + 1).join(''), lines: new Map() };
  for (const entry of entries) readField(document, entry, `${file}:${entry.line}`, report);
  checkDescription(document, file, report);
  return document;
}

const isDelimiter = (line: string): boolean => /^---[ \t]*\r?\n?$/.test(line);

function readField({ fields, lines }: SkillDocument, { key, line, value }: Entry, place: string, report: Report): void {
  const field = FIELDS.get(key);
  if (field === undefined) {
    report.unusual(place, `${show(key)} is none of the fields of a skill: ${[...FIELDS.keys()].join(', ')}`, 'leaves it out');
    return;
  }
  lines.set(field, line);
  if (field === 'metadata') {
    fields[field] = readMetadata(value, place, report);
  } else if (typeof value === 'string' && value.isWellFormed()) {
    fields[field] = value;
  } else if (field === 'allowedTools' && isTexts(value)) {
    report.unusual(place, `${key} must be text`, 'joins the list with spaces');
    fields[field] = value.join(' ');
  } else {
    report.fault(place, `${key} must be text`);
  }
}

/** Sorted, so that the same skill is always the same text. */
function readMetadata(value: JsonValue, place: string, report: Report): JsonObject {
  if (!isObject(value)) {
    report.fault(place, 'metadata must be a map of texts');
    return {};
  }
  const texts = Object.entries(value).filter(([key, item]) => {
    const isText = typeof item === 'string' && item.isWellFormed() && key.isWellFormed();
    if (!isText) report.unusual(place, `${show(key)} in metadata must be text`, 'leaves it out');
    return isText;
  });
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isTexts = (value: JsonValue): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

function checkDescription({ fields, lines }: SkillDocument, file: string, report: Report): void {
  const { description } = fields;
  const place = `${file}:${lines.get('description') ?? 1}`;
  if (typeof description !== 'string' || isBlank(description)) {
    if (report.hasFault(place)) return;
    report.fault(place, 'description must say what the skill does and when to use it');
    return;
  }
  const characters = [...description].length;
  if (characters <= MAX_DESCRIPTION) return;
  report.unusual(place, `description must have at most ${MAX_DESCRIPTION} characters, it has ${characters}`, 'keeps it as it is');
}

interface Entry {
  key: string;
  line: number;
  value: JsonValue;
}

/** The fields of the front matter. A value with a colon that other readers take is put into quotes, where the report is lenient. */
function readEntries(yaml: string, file: string, report: Report): Entry[] | undefined {
  const parsed = parseEntries(yaml);
  if (Array.isArray(parsed)) return parsed;
  const lines = yaml.split('\n');
  const quoted = lines.map(quoteColon);
  const mended = parseEntries(quoted.join('\n'));
  if (!Array.isArray(mended)) {
    report.fault(`${file}:${parsed.line}`, parsed.message);
    return undefined;
  }
  for (const [index, line] of quoted.entries()) {
    if (line === lines[index]) continue;
    report.unusual(`${file}:${index + FIRST_LINE}`, 'a value with a colon must stand in quotes', 'puts all of it into quotes');
  }
  return mended;
}

/** `description: Use it when: always`, which is no YAML, with the value in quotes. */
const quoteColon = (line: string): string =>
  line.replace(
    /^([A-Za-z-]+):[ \t]+([^\s"'|>[{&*!#].*: .*?)[ \t]*(\r?)$/,
    (_, key, value, end) => `${key}: ${JSON.stringify(value)}${end}`,
  );

/** The line of the file in which the first field may be. */
const FIRST_LINE = 2;

function parseEntries(yaml: string): Entry[] | { line: number; message: string } {
  const lineCounter = new LineCounter();
  const document = parseDocument(yaml, { schema: 'failsafe', lineCounter, prettyErrors: false });
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line + FIRST_LINE - 1;
  const [error] = document.errors;
  if (error !== undefined) return { line: lineOf(error.pos[0]), message: error.message };
  const { contents } = document;
  if (!isMap(contents)) return { line: 1, message: 'the fields between the two lines --- must be a map' };
  const entries: Entry[] = [];
  for (const { key, value } of contents.items) {
    const line = lineOf((isScalar(key) && key.range?.[0]) || 0);
    try {
      entries.push({
        key: isScalar(key) ? String(key.value) : '',
        line,
        value: isNode(value) ? (value.toJS(document) as JsonValue) : '',
      });
    } catch (error) {
      // An alias of nothing, or of so much that nobody means it.
      return { line, message: (error as Error).message };
    }
  }
  return entries;
}

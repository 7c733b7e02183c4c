/** The head of a SKILL.md, as Agent Skills have it: https://agentskills.io/specification#frontmatter */
import { escapeUnreadable } from '../kube/yaml.ts';
import type { Skill } from './generated/types.ts';

export type FrontMatter = Pick<Skill, 'name' | 'license' | 'compatibility' | 'metadata' | 'allowedTools'> & {
  description: string;
};

/** What SKILL.md begins with: the fields in the order of the specification, as YAML that every reader takes for the same texts. */
export function writeFrontMatter({ name, description, license, compatibility, metadata, allowedTools }: FrontMatter): string {
  const more = Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    '---',
    ...writeField('name', name),
    ...writeField('description', description),
    ...writeField('license', license),
    ...writeField('compatibility', compatibility),
    ...(more.length > 0 ? ['metadata:', ...more.flatMap(([key, value]) => writeField(`  ${writeText(key)}`, value))] : []),
    ...writeField('allowed-tools', allowedTools),
    '---',
    '',
  ].join('\n');
}

const writeField = (key: string, value: string | undefined): string[] =>
  value === undefined ? [] : [`${key}: ${writeText(value)}`];

/** On one line: a text that begins with a letter and has nothing that YAML gives a meaning there, or else the text in quotes. */
const writeText = (text: string): string => (PLAIN.test(text) && !INDICATOR.test(text) && !WORD.test(text) ? text : quote(text));

/** No control character, and none that breaks a line in YAML 1.1. */
const PLAIN = /^[A-Za-z][ -~\u00a1-\u2027\u202a-\ud7ff]*$/;
/** And what some readers take for the end of the front matter, wherever it is. */
const INDICATOR = /:( |$)| #| $|---/;

/** Words that YAML 1.1 or 1.2 takes for something else than text. */
const WORD = /^(y|yes|n|no|on|off|true|false|null|e[-+]?\d+)$/i;

/** JSON is YAML, but for a few characters. */
const quote = (text: string): string => escapeUnreadable(JSON.stringify(text)).replaceAll('---', '--\\u002d');

/** A skill as a file, and how much of it fits into one run. */
import { jsonBytes } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import type { Skill } from './generated/types.ts';

/** What an agent reads: the name as the title, the description as a quotation, the content. */
export function skillText({ name, description, content }: Pick<Skill, 'name' | 'description' | 'content'>): string {
  return [`# ${name}`, ...(description === undefined ? [] : [`> ${description}`]), content].join('\n\n');
}

/** The skills stand twice in one Object, once in its spec and once in its status, and etcd takes 1.5 MiB. */
const MAX_SKILL_BYTES = 512 * 1024;

/** All skills of a pack, and of a run, fit into one Object. */
export function checkSkillBytes(faults: Fault[], path: string, texts: string[]): void {
  const bytes = texts.reduce((sum, text) => sum + jsonBytes(text), 0);
  if (bytes <= MAX_SKILL_BYTES) return;
  faults.push({ path, found: `${Math.ceil(bytes / 1024)} KiB`, rule: 'must together have at most 512 KiB of JSON-encoded text' });
}

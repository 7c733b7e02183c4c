/** What commands have in common: arguments, options and the end of their help. */
import { Option } from 'commander';
import { CONFIGURATIONS } from '../generated/inputs.ts';

export const EXIT_CODES = '\nExit codes: 0 fine, 1 something was found, 2 the command could not do what it was asked.';
export const FILES = 'files, directories and what is below them, or - for standard input';
export const PACKS = `${FILES}, with SkillPacks`;

/** Lines of a shell, and below them the exit codes, which are the same everywhere. */
export const examples = (...lines: string[]): string =>
  ['', 'Examples:', ...lines.map((line) => `  ${line}`), EXIT_CODES].join('\n');

export const formats = (names: string[]): Option =>
  new Option('--output <format>', 'how to print it').choices(names).default('text');

export const configuration = (): Option =>
  new Option(
    '--configuration <name>',
    'which Compositions are installed, where the files have none; default direct, or claims where the files have composites of claims',
  ).choices(CONFIGURATIONS);

/** Of an option that may be given more than once. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** What completes commands, options and their values in a shell, from the program itself, so that it says what the program takes. */
import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The words that may follow, by what stands before them: the commands so far, and an option that takes one of some values. */
function listWords(program: Command, before = ''): [string, string[]][] {
  const options = program.options.flatMap(({ long, short }) => [long ?? [], short ?? []].flat());
  const values = program.options.flatMap(({ long, short, argChoices }) =>
    argChoices === undefined
      ? []
      : [long ?? [], short ?? []].flat().map((name): [string, string[]] => [`${before} ${name}`.trim(), argChoices]),
  );
  const commands = program.commands.map((command) => command.name());
  const choices = program.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return [
    [before, [...commands, ...choices, ...options, '--help']],
    ...values,
    ...program.commands.flatMap((command) => listWords(command, `${before} ${command.name()}`.trim())),
  ];
}

/** A script for the shell to read. What it does not know, such as the value of a path, is completed as files are. */
export function completionOf(program: Command, shell: Shell): string {
  const words = listWords(program);
  return shell === 'fish' ? forFish(program) : forBash(words, shell);
}

const forBash = (
  words: [string, string[]][],
  shell: Shell,
): string => `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_skillpack() {
  local before="" word previous="\${COMP_WORDS[COMP_CWORD-1]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$before $word" in
${words
  .filter(([before]) => before !== '' && !before.includes(' -'))
  .filter(([before]) => !before.startsWith('-'))
  .map(([before]) => `      ${JSON.stringify(before.includes(' ') ? before : ` ${before}`)}) before=${JSON.stringify(before)} ;;`)
  .join('\n')}
    esac
  done
  case "$before $previous" in
${words
  .filter(([before]) => before.includes(' -'))
  .map(
    ([before, values]) =>
      `    ${JSON.stringify(before)}) COMPREPLY=($(compgen -W ${JSON.stringify(values.join(' '))} -- "\${COMP_WORDS[COMP_CWORD]}")); return ;;`,
  )
  .join('\n')}
  esac
  case "$before" in
${words
  .filter(([before]) => !before.includes(' -') && !before.startsWith('-'))
  .map(
    ([before, values]) =>
      `    ${JSON.stringify(before)}) COMPREPLY=($(compgen -W ${JSON.stringify(values.join(' '))} -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`,
  )
  .join('\n')}
  esac
}
complete -o default -F _skillpack skillpack
`;

function forFish(program: Command, above: string[] = []): string {
  const seen = above.map((name) => `__fish_seen_subcommand_from ${name}`);
  const names = program.commands.map((command) => command.name());
  const at = [...seen, ...(names.length > 0 ? [`not __fish_seen_subcommand_from ${names.join(' ')}`] : [])].join('; and ');
  const condition = at === '' ? '' : ` -n ${quote(at)}`;
  const lines = [
    ...program.commands.map(
      (command) => `complete -c skillpack${condition} -a ${command.name()} -d ${quote(firstSentence(command.description()))}`,
    ),
    ...program.registeredArguments.flatMap(({ argChoices }) =>
      argChoices ? [`complete -c skillpack${condition} -a ${quote(argChoices.join(' '))}`] : [],
    ),
    ...program.options.map(({ long = '', short, argChoices, description }) =>
      [
        `complete -c skillpack${condition} -l ${long.slice(2)}`,
        ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
        ...(argChoices === undefined ? [] : [`-x -a ${quote(argChoices.join(' '))}`]),
        `-d ${quote(firstSentence(description))}`,
      ].join(' '),
    ),
  ];
  return [...lines, ''].join('\n') + program.commands.map((command) => forFish(command, [...above, command.name()])).join('');
}

const firstSentence = (text: string): string => text.split(/[.:;](?:\s|$)/)[0] ?? text;

const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;

/** `completion`. */
import type { Command } from 'commander';
import { completionOf, SHELLS, type Shell } from '../completion.ts';
import { examples } from './options.ts';

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('Prints what completes commands, options and their values in a shell.')
    .addArgument(program.createArgument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples('source <(skillpack completion bash)', 'skillpack completion fish > ~/.config/fish/completions/skillpack.fish'),
    )
    .action((shell: Shell) => {
      process.stdout.write(completionOf(program, shell));
    });
}

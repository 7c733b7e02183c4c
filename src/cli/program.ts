/** The program with all of its commands. */
import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addApproval } from './commands/approval.ts';
import { addLint, addValidate } from './commands/check.ts';
import { addCompletion } from './commands/completion.ts';
import { addExport, addImport } from './commands/folders.ts';
import { EXIT_CODES } from './commands/options.ts';
import { addRender, addSimulate } from './commands/preview.ts';
import { addRights } from './commands/rights.ts';

/** In the order of the help. */
const COMMANDS = [addValidate, addLint, addRender, addSimulate, addApproval, addRights, addImport, addExport, addCompletion];

export function createProgram(): Command {
  const program = new Command('skillpack')
    .enablePositionalOptions()
    .description('Checks and previews agent runs, their packs and policies, without a cluster.')
    .version(manifest.version)
    .configureHelp({ helpWidth: 110 })
    .exitOverride()
    .addHelpText('after', `${EXIT_CODES}\nColours are for terminals only; NO_COLOR=1 switches them off.`);

  for (const add of COMMANDS) add(program);
  return program;
}

/** The process of the command line: arguments in, an exit code out. */
import { CommanderError } from 'commander';
import { note } from './output.ts';
import { createProgram } from './program.ts';

/** 0: fine; 1: something was found; 2: the program could not do what it was asked. */
const CANNOT_RUN = 2;

// `| head` has read enough; a disk may be full.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  note(`cannot write: ${error.message}`);
  process.exit(CANNOT_RUN);
});
process.stderr.on('error', () => process.exit(CANNOT_RUN));

createProgram()
  .parseAsync()
  .catch((error: Error) => {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : CANNOT_RUN;
    else {
      note(error.message);
      process.exitCode = CANNOT_RUN;
    }
  });

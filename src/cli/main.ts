/** The process of the command line: arguments in, an exit code out. */
import { CommanderError } from 'commander';
import { createProgram } from './program.ts';

/** 0: fine; 1: something was found; 2: the program could not do what it was asked. */
const CANNOT_RUN = 2;

// `| head` has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

createProgram()
  .parseAsync()
  .catch((error: Error) => {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : CANNOT_RUN;
    else {
      process.stderr.write(`skillpack: ${error.message}\n`);
      process.exitCode = CANNOT_RUN;
    }
  });

/** Crossplane's core, the provider, the function and Kubernetes' controllers, stopped and started by the commands the user gave. */
import { execFile } from 'node:child_process';
import { flagOf, type Options } from './options.ts';

export type Component = 'core' | 'provider' | 'function' | 'controllers';

const COMMANDS = {
  core: ['stopCore', 'startCore'],
  provider: ['stopProvider', 'startProvider'],
  function: ['stopFunction', 'startFunction'],
  controllers: ['stopControllers', 'startControllers'],
} as const satisfies Record<Component, readonly (keyof Options)[]>;

/** The flags a scenario needs that stops these. */
export const flagsOf = (...components: Component[]): (keyof Options)[] =>
  components.flatMap((component) => [...COMMANDS[component]]);

export const stop = (options: Options, component: Component): Promise<void> => run(options, COMMANDS[component][0]);

export const start = (options: Options, component: Component): Promise<void> => run(options, COMMANDS[component][1]);

export async function restart(options: Options, component: Component): Promise<void> {
  await stop(options, component);
  await start(options, component);
}

function run(options: Options, flag: keyof Options): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', String(options[flag])], (error, _, stderr) =>
      error === null ? resolve() : reject(new Error(`${flagOf(flag)}: ${stderr.trim() || error.message}`)),
    );
  });
}

import { fileURLToPath } from 'node:url';

/** A file of the project, which lies two directories above this file, and above the bundle of the command line too. */
const fromProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What is shown where no file is given. */
export const EXAMPLE = {
  paths: [fromProject('examples/first-run/run.yaml')],
  required: ['platform', 'instance'].map((name) => fromProject(`examples/first-run/${name}.yaml`)),
};

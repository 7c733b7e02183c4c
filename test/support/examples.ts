/** The examples, as their READMEs render them. */
import { load, type RenderFiles, type RenderInput } from '../../src/cli/input/load.ts';
import { listDirectory, projectPath, readText } from './project.ts';

const NOT_EXAMPLES = ['README.md', 'agent', 'functions.yaml', 'install', 'operate', 'packs', 'retention', 'world'];

export const listExamples = (): string[] => listDirectory('examples').filter((name) => !NOT_EXAMPLES.includes(name));

export interface Example {
  files: RenderFiles;
  /** The moment of the call. */
  now: Date;
}

/** The one composite in some files. */
export function loadOne(files: RenderFiles): RenderInput {
  const [input, ...others] = load(files).inputs;
  if (input === undefined || others.length > 0) throw new Error(`one composite expected, there are ${others.length + 1}`);
  return input;
}

/** The files of the one render command in the README of an example, as paths of this machine. */
export function readExample(name: string): Example {
  const readme = readText(`examples/${name}/README.md`);
  const [command, ...others] = [...readme.matchAll(/^npx skillpack render (.*)$/gm)].map(([, args = '']) => args.split(' '));
  if (command === undefined || others.length > 0) throw new Error(`examples/${name}/README.md must have one render command`);
  const [composite = '', composition = '', functions = '', ...flags] = command;
  const valuesOf = (flag: string): string[] => flags.filter((_, index) => flags[index - 1] === flag);
  return {
    files: {
      paths: [composite, composition, functions].map(projectPath),
      required: valuesOf('-e').map(projectPath),
      observed: valuesOf('-o').map(projectPath)[0],
    },
    now: new Date(valuesOf('--now')[0] ?? '2026-01-01T12:00:00Z'),
  };
}

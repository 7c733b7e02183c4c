/** The command line: previews without a cluster. */
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { loadRenderInput } from './load.ts';
import { render } from './render.ts';
import { writeYaml } from './yaml.ts';

const EXAMPLE = {
  composite: 'examples/k8s-ops/xr.yaml',
  composition: 'package/claims/apis/agentrun/composition.yaml',
  functions: 'examples/functions.yaml',
  required: ['examples/packs', 'examples/k8s-ops/required.yaml'],
};

interface RenderFlags {
  requiredResources: string[];
  observedResources?: string;
  includeFunctionResults: boolean;
  now?: Date;
}

const program = new Command('skillpack').description('Previews what function-skillpack composes, without a cluster.');

program
  .command('render')
  .description('Prints the status of a composite (XR) and every composed resource. Without files: the k8s-ops example.')
  .argument('[xr]', 'the composite')
  .argument('[composition]', 'its Composition')
  .argument('[functions]', 'the Functions of the pipeline')
  .option('-e, --required-resources <path>', 'file or directory with what the composite refers to (repeatable)', collect, [])
  .option('-o, --observed-resources <path>', 'file or directory with composed resources that exist')
  .option('-r, --include-function-results', 'print results (events) too', false)
  .option('--now <time>', 'the moment of the call, as RFC 3339; default the present', parseTime)
  .action(
    async (composite: string | undefined, composition: string | undefined, functions: string | undefined, flags: RenderFlags) => {
      if (composite !== undefined && (composition === undefined || functions === undefined)) {
        throw new Error('render takes either no file or three: XR COMPOSITION FUNCTIONS');
      }
      const files =
        composite === undefined || composition === undefined || functions === undefined
          ? { ...inProject(EXAMPLE), required: [...EXAMPLE.required.map(fromProject), ...flags.requiredResources] }
          : { composite, composition, functions, required: flags.requiredResources };
      const rendered = await render(loadRenderInput({ ...files, observed: flags.observedResources }), flags.now ?? new Date());
      const documents = [rendered.composite, ...rendered.composed, ...(flags.includeFunctionResults ? rendered.results : [])];
      process.stdout.write(documents.map(writeYaml).join(''));
    },
  );

function fromProject(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

function inProject({ composite, composition, functions }: typeof EXAMPLE) {
  return { composite: fromProject(composite), composition: fromProject(composition), functions: fromProject(functions) };
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z.');
  return time;
}

program.parseAsync().catch((error: Error) => {
  process.stderr.write(`skillpack: ${error.message}\n`);
  process.exitCode = 1;
});

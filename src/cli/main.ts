/** The command line: previews without a cluster. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { SCENARIOS, type ScenarioName } from '../simulation/scenarios.ts';
import { exportSkills } from './folders/export.ts';
import { describeSizes, type ImportOptions, importSkills } from './folders/import.ts';
import { Report } from './folders/report.ts';
import { loadRenderInput, type RenderInput } from './input/load.ts';
import { writeYaml } from './input/yaml.ts';
import { formatLinted, isPassed, lint, printRights } from './packs.ts';
import { render } from './preview/render.ts';
import { formatSimulated, simulate } from './preview/simulate.ts';
import { MAKERS, type Maker, SCOPES, type Scope } from './rights/needed.ts';

const EXAMPLE = {
  composite: 'examples/direct-run/xr.yaml',
  composition: 'package/direct/apis/agentrun/composition.yaml',
  functions: 'examples/functions.yaml',
  required: ['examples/packs', 'examples/direct-run/required.yaml'],
};

interface InputFlags {
  requiredResources: string[];
}

interface RenderFlags extends InputFlags {
  observedResources?: string;
  includeFunctionResults: boolean;
  now?: Date;
}

interface OutputFlags {
  output: 'text' | 'json';
}

interface SimulateFlags extends InputFlags, OutputFlags {
  scenario: ScenarioName;
}

interface RightsFlags {
  for: Maker;
  scope?: Scope;
  pods?: true;
  policy: string[];
}

interface PackFlags extends OutputFlags {
  policy: string[];
}

interface ImportFlags extends ImportOptions {
  lenient: boolean;
  out: string;
}

type Files = [composite?: string, composition?: string, functions?: string];

const program = new Command('skillpack')
  .description('Previews what function-skillpack composes, without a cluster.')
  .version(manifest.version)
  .exitOverride();

const OUTPUT = new Option('--output <format>', 'how to print it').choices(['text', 'json']).default('text');

function print<T>(value: T, { output }: OutputFlags, format: (value: T) => string): void {
  process.stdout.write(output === 'json' ? `${JSON.stringify(value, null, 2)}\n` : format(value));
}

/** A command that takes the files of Crossplane's own render. */
const commandWithFiles = (name: string): Command =>
  program
    .command(name)
    .argument('[xr]', 'the composite')
    .argument('[composition]', 'its Composition')
    .argument('[functions]', 'the Functions of the pipeline')
    .option('-e, --required-resources <path>', 'file or directory with what the composite refers to (repeatable)', collect, []);

commandWithFiles('render')
  .description('Prints the status of a composite (XR) and every composed resource. Without files: the example direct-run.')
  .option('-o, --observed-resources <path>', 'file or directory with composed resources that exist')
  .option('-r, --include-function-results', 'print results (events) too', false)
  .option('--now <time>', 'the moment of the call, as RFC 3339; default the present', parseTime)
  .action((...[composite, composition, functions, flags]: [...Required<Files>, RenderFlags]) => {
    const input = load([composite, composition, functions], flags, flags.observedResources);
    const rendered = render(input, flags.now ?? new Date());
    const documents = [rendered.composite, ...rendered.composed, ...(flags.includeFunctionResults ? rendered.results : [])];
    process.stdout.write(documents.map(writeYaml).join(''));
  });

commandWithFiles('simulate')
  .description(
    'Plays a whole life of an AgentRun, from its creation to its deletion, in a small model of Crossplane, provider and cluster: ' +
      'what happens when, and who holds which right from when to when. Without files: the example direct-run.',
  )
  .addOption(new Option('-s, --scenario <name>', 'what happens').choices(Object.keys(SCENARIOS)).default('success'))
  .addOption(OUTPUT)
  .addHelpText(
    'after',
    ['', 'Scenarios:', ...Object.entries(SCENARIOS).map(([name, { about }]) => `  ${name}: ${about}`)].join('\n'),
  )
  .action((...[composite, composition, functions, flags]: [...Required<Files>, SimulateFlags]) => {
    const simulated = simulate(load([composite, composition, functions], flags), flags.scenario);
    print(simulated, flags, formatSimulated);
    if (simulated.left.length > 0) process.exitCode = 1;
  });

program
  .command('lint')
  .description(
    'Tells what a SkillPack could do and what would refuse it, before it is applied. Exits with 1 when something is refused.',
  )
  .argument('<pack...>', 'files or directories with SkillPacks, or - for standard input')
  .option(
    '-p, --policy <path>',
    'file or directory with SympoziumPolicies (repeatable); default the built-in guardrails',
    collect,
    [],
  )
  .addOption(OUTPUT)
  .action((paths: string[], { policy, output }: PackFlags) => {
    const linted = lint(paths, policy);
    print(linted, { output }, formatLinted);
    if (!isPassed(linted)) process.exitCode = 1;
  });

program
  .command('rights')
  .description('Prints the least ClusterRoles with which the packs can run: one for the kinds of a run, and one for each pack.')
  .argument('<pack...>', 'files or directories with SkillPacks, or - for standard input')
  .addOption(
    new Option('--for <maker>', 'who makes the runs: crossplane composes them directly, provider makes their Objects')
      .choices(MAKERS)
      .makeOptionMandatory(),
  )
  .addOption(
    new Option(
      '--scope <scope>',
      'which rights of the packs: cluster is what provider-kubernetes makes with clusterRights: Provider',
    )
      .choices(SCOPES)
      .default(undefined, 'namespace for crossplane, all for provider'),
  )
  .option('--pods', 'also what podStatus in the input of the Composition needs: to read Pods')
  .option(
    '-p, --policy <path>',
    'file or directory with SympoziumPolicies (repeatable); a pack that every one refuses is left out, and one that isolates runs needs network policies',
    collect,
    [],
  )
  .action((paths: string[], { for: maker, scope = maker === 'crossplane' ? 'namespace' : 'all', pods, policy }: RightsFlags) => {
    const { manifests, refused } = printRights(paths, { maker, scope, readsPods: pods === true, policy });
    process.stdout.write(manifests);
    for (const reason of refused) process.stderr.write(`skillpack: left out: ${reason}\n`);
    if (refused.length > 0) process.exitCode = 1;
  });

program
  .command('import')
  .description(
    'Makes a SkillPack of folders as Agent Skills have them (https://agentskills.io/specification), and prints it. ' +
      'Sizes and digests stand on stderr. Nothing is fetched or executed.',
  )
  .argument('<path...>', 'folders with SKILL.md, or directories of such folders')
  .option('-n, --name <name>', 'the name of the SkillPack; default that of the one skill')
  .option('--version <version>', 'its spec.version')
  .option('--category <category>', 'its spec.category')
  .option('--sidecar <file>', 'file with its spec.sidecar')
  .option('--lenient', 'take what other agents take, too, and tell it', false)
  .option('-o, --out <file>', 'where to write the SkillPack', '-')
  .action((paths: string[], { lenient, out, ...options }: ImportFlags) => {
    const report = new Report(lenient);
    const { pack, skills } = importSkills(paths, options, report);
    if (conclude(report)) {
      if (out === '-') process.stdout.write(writeYaml(pack));
      else writeFileSync(out, writeYaml(pack));
      process.stderr.write(describeSizes(skills));
    }
  });

program
  .command('export')
  .description('Writes the folder of each skill of a SkillPack, as agents read it: what import makes a SkillPack of.')
  .argument('<pack...>', 'files or directories with SkillPacks, or - for standard input')
  .requiredOption('-o, --out <directory>', 'where to make the folders')
  .action((paths: string[], { out }: { out: string }) => {
    const report = new Report();
    const folders = exportSkills(paths, out, report);
    conclude(report);
    process.stderr.write(folders.map((folder) => `${folder}\n`).join(''));
  });

/** Tells what a report has, and whether it has no fault. */
function conclude(report: Report): boolean {
  process.stderr.write(report.format());
  if (report.faults.length === 0) return true;
  process.exitCode = 1;
  return false;
}

function load([composite, composition, functions]: Files, { requiredResources }: InputFlags, observed?: string): RenderInput {
  if (composite === undefined) {
    const required = [...EXAMPLE.required.map(fromProject), ...requiredResources];
    return loadRenderInput({ ...inProject(EXAMPLE), required, observed });
  }
  if (composition === undefined || functions === undefined) {
    throw new Error('give either no file or three: XR COMPOSITION FUNCTIONS');
  }
  return loadRenderInput({ composite, composition, functions, required: requiredResources, observed });
}

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

/** 0: fine; 1: something was found; 2: the program could not do what it was asked. */
const CANNOT_RUN = 2;

// `| head` has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

program.parseAsync().catch((error: Error) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : CANNOT_RUN;
  else {
    process.stderr.write(`skillpack: ${error.message}\n`);
    process.exitCode = CANNOT_RUN;
  }
});

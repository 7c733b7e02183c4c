/** The commands, their arguments and their help. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { SKILL_PACK, SYMPOZIUM_POLICY } from '../api/kinds.ts';
import type { JsonObject } from '../kube/json.ts';
import { SCENARIOS, type ScenarioName } from '../simulation/scenarios.ts';
import { type Checked, isPassed } from './check/finding.ts';
import { formatText } from './check/formats/text.ts';
import { FORMATS, type Format } from './check/report.ts';
import { type ValidateOptions, validate } from './check/validate.ts';
import { completionOf, SHELLS, type Shell } from './completion.ts';
import { exportSkills } from './folders/export.ts';
import { describeSizes, type ImportOptions, importSkills } from './folders/import.ts';
import { Report } from './folders/report.ts';
import { CONFIGURATIONS, type Configuration } from './generated/inputs.ts';
import { loadKind, loadReadable, type Read } from './input/files.ts';
import { listTitles, sortResources } from './input/load.ts';
import { writeYaml } from './input/yaml.ts';
import { formatHtml } from './preview/page.ts';
import { formatSvg } from './preview/picture.ts';
import { preview } from './preview/preview.ts';
import { formatSimulated, simulate } from './preview/simulate.ts';
import { note } from './printable.ts';

import { compareRights, formatChanges } from './rights/diff.ts';
import { MAKERS, type Maker, SCOPES, type Scope } from './rights/needed.ts';
import { loadPolicies, printRights } from './rights/print.ts';

const EXAMPLE = {
  paths: ['examples/first-run/run.yaml'],
  required: ['examples/first-run/platform.yaml', 'examples/first-run/instance.yaml'],
};

interface PreviewFlags {
  requiredResources: string[];
  observedResources?: string;
  configuration?: Configuration;
  run?: string;
  strict: boolean;
}

interface RenderFlags extends PreviewFlags {
  includeFunctionResults: boolean;
  now?: Date;
}

interface SimulateFlags extends PreviewFlags {
  scenario: ScenarioName;
  output: keyof typeof PICTURES;
}

interface ValidateFlags extends ValidateOptions {
  requiredResources: string[];
  output: Format;
}

interface PackFlags {
  policy: string[];
  output: Format;
}

interface RightsFlags {
  for: Maker;
  scope?: Scope;
  pods?: true;
  policy: string[];
}

interface DiffFlags {
  policy: string[];
  output: 'text' | 'json';
  failOnGrowth: boolean;
}

interface ImportFlags extends ImportOptions {
  lenient: boolean;
  out: string;
}

const PICTURES = {
  text: formatSimulated,
  json: (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`,
  svg: formatSvg,
  html: formatHtml,
};

const EXIT_CODES = '\nExit codes: 0 fine, 1 something was found, 2 the command could not do what it was asked.';
const FILES = 'files, directories and what is below them, or - for standard input';
const PACKS = `${FILES}, with SkillPacks`;

const examples = (...lines: string[]): string => ['', 'Examples:', ...lines.map((line) => `  ${line}`), EXIT_CODES].join('\n');

const formats = (names: string[]): Option => new Option('--output <format>', 'how to print it').choices(names).default('text');

const configuration = (): Option =>
  new Option(
    '--configuration <name>',
    'which Compositions are installed, where the files have none; default direct, or claims where the files have composites of claims',
  ).choices(CONFIGURATIONS);

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

/** A command that takes what a tenant writes, or the files of Crossplane's own render. */
const previewing = (program: Command, name: string): Command =>
  program
    .command(name)
    .argument('[path...]', `${FILES}: what a tenant writes, and in any order what it refers to, a Composition, its Functions`)
    .option('-e, --required-resources <path>', 'file or directory with what the run refers to (repeatable)', collect, [])
    .addOption(configuration())
    .option('--run <name>', 'the one AgentRun that is meant, where the files have several')
    .option('--strict', 'exit with 1 when something is refused or waits', false);

function addValidate(program: Command): void {
  program
    .command('validate')
    .description(
      'Reports what is wrong with runs, instances, packs and policies: faults of the schema, what is missing, what would be refused. ' +
        'What they refer to is looked for in the same files.',
    )
    .argument('<path...>', FILES)
    .option(
      '-e, --required-resources <path>',
      'file or directory with what they refer to, which is not judged itself (repeatable)',
      collect,
      [],
    )
    .addOption(configuration())
    .option('--ignore-missing', 'only report what is in no file, because it is in the cluster', false)
    .addOption(formats(Object.keys(FORMATS)))
    .addHelpText(
      'after',
      examples(
        'skillpack validate run.yaml -e packs',
        'skillpack validate . --output sarif > skillpack.sarif',
        'kubectl get agentruns -A -o yaml | skillpack validate - --ignore-missing',
      ),
    )
    .action((paths: string[], { requiredResources, output, ...options }: ValidateFlags) => {
      const [own, required] = [paths, requiredResources].map((some) => some.map((path) => loadReadable(path)));
      const unreadable = [...(own ?? []), ...(required ?? [])].flatMap((read) => read.unreadable);
      const resourcesOf = (reads: Read[] = []): JsonObject[] => reads.flatMap(({ resources }) => resources);
      const pool = sortResources(resourcesOf(own), resourcesOf(required), (twin) => unreadable.push(twin));
      if (pool.own.length === 0 && unreadable.length === 0)
        throw new Error(`the files hold nothing of this product: they hold ${listTitles(pool.others)}`);
      conclude(validate(pool, unreadable, options), output);
    });
}

function addLint(program: Command): void {
  program
    .command('lint')
    .description('Reports what a SkillPack could do and what would refuse it, before it is applied.')
    .argument('<pack...>', PACKS)
    .option(
      '-p, --policy <path>',
      'file or directory with SympoziumPolicies (repeatable); default the built-in guardrails',
      collect,
      [],
    )
    .addOption(formats(Object.keys(FORMATS)))
    .addHelpText(
      'after',
      examples(
        'skillpack lint packs',
        'skillpack lint packs -p policies --output github',
        'kubectl get skillpacks -o yaml | skillpack lint -',
      ),
    )
    .action((paths: string[], { policy, output }: PackFlags) => {
      loadPolicies(policy);
      const read = paths.map((path) => loadReadable(path));
      const unreadable = read.flatMap((each) => each.unreadable);
      const packs = read.flatMap(({ resources }) => resources).filter(({ kind }) => kind === SKILL_PACK);
      if (packs.length === 0 && unreadable.length === 0) throw new Error(`${paths.join(', ')} holds no ${SKILL_PACK}`);
      const pool = sortResources(packs, loadKind(policy, SYMPOZIUM_POLICY), (twin) => unreadable.push(twin));
      conclude(validate(pool, unreadable), output);
    });
}

function addRender(program: Command): void {
  previewing(program, 'render')
    .description(
      'Prints the status of each AgentRun and every resource that is composed for it. Without files: the example first-run.',
    )
    .option('-o, --observed-resources <path>', 'file or directory with composed resources that exist')
    .option('-r, --include-function-results', 'print results (events) too', false)
    .option('--now <time>', 'the moment of the call, as RFC 3339; default the present', parseTime)
    .addHelpText(
      'after',
      examples(
        'skillpack render run.yaml -e packs',
        'skillpack render . --run check-deployments --configuration claims',
        'skillpack render xr.yaml composition.yaml functions.yaml -e required.yaml',
      ),
    )
    .action((paths: string[], flags: RenderFlags) => {
      const { previews } = prepare(paths, flags, flags.now);
      const documents = previews.flatMap(({ rendered: { composite, composed, results } }) => [
        composite,
        ...composed,
        ...(flags.includeFunctionResults ? results : []),
      ]);
      process.stdout.write(documents.map(writeYaml).join(''));
    });
}

function addSimulate(program: Command): void {
  previewing(program, 'simulate')
    .description(
      'Plays a whole life of an AgentRun, from its creation to its deletion, in a small model of Crossplane, provider and cluster: ' +
        'what happens when, and who holds which right from when to when. Without files: the example first-run.',
    )
    .addOption(new Option('-s, --scenario <name>', 'what happens').choices(Object.keys(SCENARIOS)).default('success'))
    .addOption(formats(Object.keys(PICTURES)))
    .addHelpText(
      'after',
      ['', 'Scenarios:', ...Object.entries(SCENARIOS).map(([name, { about }]) => `  ${name}: ${about}`)].join('\n'),
    )
    .addHelpText(
      'after',
      examples(
        'skillpack simulate run.yaml -e packs',
        'skillpack simulate run.yaml -e packs -s cancel --output html > cancel.html',
      ),
    )
    .action((paths: string[], flags: SimulateFlags) => {
      const { previews } = prepare(paths, flags);
      const [first, ...others] = previews;
      if (first === undefined || others.length > 0)
        throw new Error(`simulate plays one AgentRun, and the files have ${previews.length}: choose it with --run`);
      const simulated = simulate(first.input, flags.scenario);
      process.stdout.write(PICTURES[flags.output](simulated));
      if (simulated.left.length > 0) process.exitCode = 1;
    });
}

function addRights(program: Command): void {
  const rights = program
    .command('rights')
    .enablePositionalOptions()
    .description(
      'Prints the least ClusterRoles with which the packs can run. What one prints never takes anything away that another has given.',
    )
    .argument('<pack...>', PACKS)
    .addOption(
      new Option('--for <maker>', 'who makes the runs: crossplane composes them directly, provider makes their Objects')
        .choices(MAKERS)
        .default('crossplane'),
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
    .addHelpText(
      'after',
      examples(
        'skillpack rights packs/k8s-ops.yaml | kubectl apply -f -',
        'skillpack rights diff main/packs packs --fail-on-growth',
      ),
    )
    .action(
      (paths: string[], { for: maker, scope = maker === 'crossplane' ? 'namespace' : 'all', pods, policy }: RightsFlags) => {
        const { manifests, refused } = printRights(paths, { maker, scope, readsPods: pods === true, policy });
        process.stdout.write(manifests);
        for (const reason of refused) note(`left out: ${reason}`);
        if (refused.length > 0) process.exitCode = 1;
      },
    );

  rights
    .command('diff')
    .description('Reports which powers a change of packs and policies adds and takes away, for who reviews it.')
    .argument('<old>', PACKS)
    .argument('<new>', PACKS)
    .option(
      '-p, --policy <path>',
      'file or directory with SympoziumPolicies that hold before and after (repeatable)',
      collect,
      [],
    )
    .addOption(formats(['text', 'json']))
    .option('--fail-on-growth', 'exit with 1 when a power was added', false)
    .addHelpText('after', examples('git worktree add ../main main && skillpack rights diff ../main/packs packs --fail-on-growth'))
    .action((before: string, after: string, { policy, output, failOnGrowth }: DiffFlags) => {
      const changes = compareRights(before, after, policy);
      process.stdout.write(output === 'json' ? `${JSON.stringify(changes, null, 2)}\n` : formatChanges(changes));
      if (failOnGrowth && changes.added.length > 0) process.exitCode = 1;
    });
}

function addImport(program: Command): void {
  program
    .command('import')
    .description(
      'Makes a SkillPack of folders as Agent Skills have them (https://agentskills.io/specification), and prints it. ' +
        'Sizes and digests are on stderr. Nothing is fetched or executed.',
    )
    .argument('<path...>', 'folders with SKILL.md, or directories of such folders')
    .option('-n, --name <name>', 'the name of the SkillPack; default that of the one skill')
    .option('--version <version>', 'its spec.version')
    .option('--category <category>', 'its spec.category')
    .option('--sidecar <file>', 'file with its spec.sidecar')
    .option('--lenient', 'accept what other agents accept, and report it', false)
    .option('-o, --out <file>', 'where to write the SkillPack', '-')
    .addHelpText('after', examples('skillpack import skills/disk-report > pack.yaml'))
    .action((paths: string[], { lenient, out, ...options }: ImportFlags) => {
      const report = new Report(lenient);
      const { pack, skills } = importSkills(paths, options, report);
      if (tell(report)) {
        if (out === '-') process.stdout.write(writeYaml(pack));
        else writeFileSync(out, writeYaml(pack));
        process.stderr.write(describeSizes(skills));
      }
    });
}

function addExport(program: Command): void {
  program
    .command('export')
    .description('Writes the folder of each skill of a SkillPack, as agents read it: what import makes a SkillPack of.')
    .argument('<pack...>', PACKS)
    .requiredOption('-o, --out <directory>', 'where to make the folders')
    .addHelpText('after', examples('skillpack export pack.yaml -o skills'))
    .action((paths: string[], { out }: { out: string }) => {
      const report = new Report();
      const folders = exportSkills(paths, out, report);
      tell(report);
      process.stderr.write(folders.map((folder) => `${folder}\n`).join(''));
    });
}

function addCompletion(program: Command): void {
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

/** In the order of the help. */
const COMMANDS = [addValidate, addLint, addRender, addSimulate, addRights, addImport, addExport, addCompletion];

/** Prints what was found, and says by the exit code whether it is more than warnings. */
function conclude(checked: Checked[], output: Format): void {
  process.stdout.write(FORMATS[output](checked));
  if (!isPassed(checked)) process.exitCode = 1;
}

/** Reads what is to be rendered, and says on stderr what is refused, what waits, and what was given in vain. */
function prepare(paths: string[], flags: PreviewFlags, now = new Date()) {
  const { requiredResources, observedResources: observed, configuration, run, strict } = flags;
  const example =
    paths.length === 0
      ? { paths: EXAMPLE.paths.map(fromProject), required: EXAMPLE.required.map(fromProject) }
      : { paths, required: [] };
  const files = { ...example, required: [...example.required, ...requiredResources], observed, configuration, run };
  const prepared = preview(files, now);
  for (const text of prepared.notes) note(text);
  if (prepared.refused.length > 0) process.stderr.write(formatText(prepared.refused, process.stderr));
  if (strict && prepared.refused.length > 0) process.exitCode = 1;
  return prepared;
}

/** Tells what a report has, and whether it has no fault. */
function tell(report: Report): boolean {
  process.stderr.write(report.format());
  if (report.faults.length === 0) return true;
  process.exitCode = 1;
  return false;
}

function fromProject(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z.');
  return time;
}

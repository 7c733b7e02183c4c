/** `validate` and `lint`. */
import type { Command } from 'commander';
import { SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import type { JsonObject } from '../../kube/json.ts';
import { type Checked, isPassed } from '../check/finding.ts';
import { FORMATS, type Format } from '../check/report.ts';
import { type ValidateOptions, validate } from '../check/validate.ts';
import { loadKind, loadReadable, type Read } from '../input/files.ts';
import { listTitles, sortResources } from '../input/load.ts';
import { loadPolicies } from '../rights/print.ts';
import { collect, configuration, examples, FILES, formats, PACKS } from './options.ts';

interface ValidateFlags extends ValidateOptions {
  requiredResources: string[];
  output: Format;
}

interface PackFlags {
  policy: string[];
  output: Format;
}

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description(
      'Reports what is wrong with runs, schedules, instances, packs, policies and approvals: faults of the schema, what is missing, what would be refused. ' +
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

export function addLint(program: Command): void {
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

/** Prints what was found, and says by the exit code whether it is more than warnings. */
function conclude(checked: Checked[], output: Format): void {
  process.stdout.write(FORMATS[output](checked));
  if (!isPassed(checked)) process.exitCode = 1;
}

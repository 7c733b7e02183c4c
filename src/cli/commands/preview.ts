/** `render` and `simulate`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { AGENT_SCHEDULE } from '../../api/kinds.ts';
import { type JsonObject, valueAt } from '../../kube/json.ts';
import { SCENARIOS, type ScenarioName } from '../../simulation/scenarios.ts';
import { formatText } from '../check/formats/text.ts';
import { EXAMPLE } from '../example.ts';
import type { Configuration } from '../generated/inputs.ts';
import { titleOf } from '../input/files.ts';
import { writeYaml } from '../input/yaml.ts';
import { formatJson, note } from '../output.ts';
import { formatDay, type SimulatedDay, simulateDay } from '../preview/day.ts';
import { formatHtml } from '../preview/page.ts';
import { formatSvg } from '../preview/picture.ts';
import { type Preview, preview } from '../preview/preview.ts';
import { type Rendered, render } from '../preview/render.ts';
import { formatSimulated, simulate } from '../preview/simulate.ts';
import { collect, configuration, examples, FILES, formats } from './options.ts';

interface PreviewFlags {
  requiredResources: string[];
  observedResources?: string;
  configuration?: Configuration;
  run?: string;
  strict: boolean;
  now?: Date;
}

interface RenderFlags extends PreviewFlags {
  includeFunctionResults: boolean;
  nextRun: boolean;
}

interface SimulateFlags extends PreviewFlags {
  scenario: ScenarioName;
  output: keyof typeof PICTURES;
}

const PICTURES = {
  text: formatSimulated,
  json: formatJson,
  svg: formatSvg,
  html: formatHtml,
};

/** A command that takes what a tenant writes, or the files of Crossplane's own render. */
const previewing = (program: Command, name: string): Command =>
  program
    .command(name)
    .argument('[path...]', `${FILES}: what a tenant writes, and in any order what it refers to, a Composition, its Functions`)
    .option('-e, --required-resources <path>', 'file or directory with what the run refers to (repeatable)', collect, [])
    .addOption(configuration())
    .option('--run <name>', 'the one AgentRun or AgentSchedule that is meant, where the files have several')
    .option('--strict', 'exit with 1 when something is refused or waits', false)
    .option('--now <time>', 'the moment of the call, as RFC 3339; default the present', parseTime);

export function addRender(program: Command): void {
  previewing(program, 'render')
    .description(
      'Prints the status of each AgentRun and every resource that is composed for it. Without files: the example first-run.',
    )
    .option('-o, --observed-resources <path>', 'file or directory with composed resources that exist')
    .option('-r, --include-function-results', 'print results (events) too', false)
    .option('--next-run', 'of an AgentSchedule, print the run of its next tick too, and what is composed for it', false)
    .addHelpText(
      'after',
      examples(
        'skillpack render run.yaml -e packs',
        'skillpack render . --run check-deployments --configuration claims',
        'skillpack render schedule.yaml -e packs --next-run',
        'skillpack render xr.yaml composition.yaml functions.yaml -e required.yaml',
      ),
    )
    .action((paths: string[], flags: RenderFlags) => {
      const { previews } = prepare(paths, flags);
      const print = ({ composite, composed, results }: Rendered): JsonObject[] => [
        composite,
        ...composed,
        ...(flags.includeFunctionResults ? results : []),
      ];
      const documents = previews.flatMap((each) => [...print(each.rendered), ...(flags.nextRun ? renderNext(each, print) : [])]);
      process.stdout.write(documents.map(writeYaml).join(''));
    });
}

export function addSimulate(program: Command): void {
  previewing(program, 'simulate')
    .description(
      'Plays a whole life of an AgentRun, from its creation to its deletion, in a small model of Crossplane, provider and cluster: ' +
        'what happens when, and who holds which right from when to when; or a day of an AgentSchedule. Without files: the example first-run.',
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
        throw new Error(
          `simulate plays one AgentRun or AgentSchedule, and the files have ${previews.length}: choose it with --run`,
        );
      const { input, next } = first;
      if (next !== undefined) {
        writeDay(simulateDay(input, next, flags.scenario), flags.output);
        return;
      }
      if (input.composite['kind'] === AGENT_SCHEDULE) {
        note(NO_RUN);
        process.exitCode = 1;
        return;
      }
      const simulated = simulate(input, flags.scenario);
      process.stdout.write(PICTURES[flags.output](simulated));
      if (simulated.left.length > 0) process.exitCode = 1;
    });
}

const NO_RUN = 'the AgentSchedule makes no run: it cannot be read, or nothing is due any more';

function renderNext({ input: { composite }, next }: Preview, print: (rendered: Rendered) => JsonObject[]): JsonObject[] {
  const isSchedule = composite['kind'] === AGENT_SCHEDULE;
  if (next === undefined) {
    note(isSchedule ? NO_RUN : `--next-run is of an AgentSchedule, and ${titleOf(composite)} is none`);
    return [];
  }
  if (valueAt(composite, 'spec', 'suspend') === true)
    note(`${titleOf(composite)} is suspended: this is the run that it would make`);
  return [next.run, ...print(render(next.input, next.tick))];
}

function writeDay(day: SimulatedDay, output: SimulateFlags['output']): void {
  if (output !== 'text' && output !== 'json')
    throw new Error(`the day of an AgentSchedule is written as text or json, not as ${output}`);
  process.stdout.write(output === 'json' ? formatJson(day) : formatDay(day));
  if (day.left.length > 0) process.exitCode = 1;
}

/** Reads what is to be rendered, and says on stderr what is refused, what waits, and what was given in vain. */
function prepare(paths: string[], flags: PreviewFlags) {
  const { requiredResources, observedResources: observed, configuration, run, strict, now = new Date() } = flags;
  const example = paths.length === 0 ? EXAMPLE : { paths, required: [] };
  const files = { ...example, required: [...example.required, ...requiredResources], observed, configuration, run };
  const prepared = preview(files, now);
  for (const text of prepared.notes) note(text);
  if (prepared.refused.length > 0) process.stderr.write(formatText(prepared.refused, process.stderr));
  if (strict && (prepared.refused.length > 0 || prepared.waits)) process.exitCode = 1;
  return prepared;
}

/** RFC 3339. What JavaScript makes of a day that a month has not is another day. */
function parseTime(text: string): Date {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d([.]\d+)?(Z|[+-]\d\d:\d\d)$/i.exec(text) ?? [];
  const time = new Date(text);
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (day === undefined || Number(day) > lastDay || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z.');
  return time;
}

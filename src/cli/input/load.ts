/** What `render`, `simulate` and `validate` work on, from files as tenants and platform teams have them. */
import { nameOf } from '../../api/composite.ts';
import { AGENT_SCHEDULE, CLAIMS, identityOf, NAMESPACED, SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { RESOURCE_NAME } from '../../api/labels.ts';
import { isObject, type JsonObject, listAt, objectAt, textAt, valueAt } from '../../kube/json.ts';
import { type Configuration, INPUTS } from '../generated/inputs.ts';
import { toComposite } from './claim.ts';
import { KINDS, loadResources, titleOf, withoutTwins } from './files.ts';
import { fileOf, inherit } from './places.ts';
import type { FileError } from './yaml.ts';

/** One composite as the function gets it. */
export interface RenderInput {
  composite: JsonObject;
  /** The input of the Composition's step. */
  input: JsonObject | undefined;
  required: JsonObject[];
  /** By resource name. */
  observed: Map<string, JsonObject>;
}

export interface RenderFiles {
  /** What is rendered, and in any order what it refers to, its Composition and its Functions. */
  paths: string[];
  /** What it refers to, and nothing that is rendered. */
  required: string[];
  observed?: string | undefined;
  /** Which Composition is meant where the files have none. */
  configuration?: Configuration | undefined;
  /** The name of the one AgentRun, or AgentSchedule, that is meant. */
  run?: string | undefined;
}

const FUNCTION = 'function-skillpack';
/** What is rendered before anything else: what tenants make. */
const RUNS = [NAMESPACED.agentRun, CLAIMS.agentRun, AGENT_SCHEDULE];
const OF_CLAIMS = [CLAIMS.agentRun, CLAIMS.sympoziumInstance];

/** What is in the files, sorted by what it is for. Twins are an error. */
export interface Pool {
  /** Of this product, in the files that are named for themselves. */
  own: JsonObject[];
  /** Of this product, all of them. */
  all: JsonObject[];
  compositions: JsonObject[];
  /** Of other kinds: what is left of a run, which a run that has ended asks for, and what nobody reads. */
  others: JsonObject[];
}

export function sortResources(own: JsonObject[], required: JsonObject[] = [], onTwin?: (error: FileError) => void): Pool {
  const given = [...own, ...required];
  const isOurs = ({ kind }: JsonObject): boolean => KINDS.includes(String(kind));
  const ofKind = (kind: string): JsonObject[] => given.filter((resource) => resource['kind'] === kind);
  const all = withoutTwins(given.filter(isOurs), onTwin);
  return {
    own: own.filter((resource) => all.includes(resource)),
    all,
    compositions: ofKind('Composition').filter((composition) =>
      KINDS.includes(textAt(composition, 'spec', 'compositeTypeRef', 'kind') ?? ''),
    ),
    others: given.filter((resource) => !isOurs(resource) && !['Composition', 'Function'].includes(String(resource['kind']))),
  };
}

/** What is rendered: each AgentRun and AgentSchedule in the files; where they have none, everything of this product in them. */
export interface Loaded {
  pool: Pool;
  subjects: JsonObject[];
  /** One for each of them. */
  inputs: RenderInput[];
}

export function load({ paths, required, observed, configuration, run }: RenderFiles): Loaded {
  const read = (from: string[]): JsonObject[] => from.flatMap((path) => loadResources(path));
  const pool = sortResources(read(paths), read(required));
  const subjects = chooseSubjects(pool, run);
  const existing = observed === undefined ? new Map() : loadObserved(observed);
  return { pool, subjects, inputs: toInputs(pool, subjects, { observed: existing, configuration }) };
}

export function toInputs(
  pool: Pool,
  subjects: JsonObject[],
  { observed = new Map(), configuration }: { observed?: RenderInput['observed']; configuration?: Configuration | undefined },
): RenderInput[] {
  return subjects.map((given) => {
    const subject = withName(given);
    const { input, hasClaims } = chooseInput(pool, subject, configuration);
    const others = [...pool.all.filter((resource) => resource !== given), ...pool.others];
    return {
      composite: hasClaims ? toComposite(subject) : subject,
      input,
      required: hasClaims ? others.map(toComposite) : others,
      observed,
    };
  });
}

/** The input of a run that something in the files makes, or would; a Composition among them may be that of what makes it. */
export function toInputOfRun(pool: Pool, run: JsonObject, configuration: Configuration | undefined): RenderInput {
  const isForRuns = (composition: JsonObject): boolean =>
    [NAMESPACED.agentRun, CLAIMS.agentRun].includes(textAt(composition, 'spec', 'compositeTypeRef', 'kind') ?? '');
  const compositions = pool.compositions.filter(isForRuns);
  const [input] = toInputs({ ...pool, compositions }, [run], { configuration });
  if (input === undefined) throw new Error('one run has one input');
  return input;
}

/** A cluster makes a name of generateName and five characters. */
function withName(resource: JsonObject): JsonObject {
  const metadata = objectAt(resource, 'metadata');
  const prefix = textAt(metadata, 'generateName');
  if (prefix === undefined || nameOf(resource) !== '') return resource;
  return inherit({ ...resource, metadata: { ...metadata, name: `${prefix}xxxxx` } }, resource);
}

function chooseSubjects({ own, others }: Pool, name: string | undefined): JsonObject[] {
  const runs = own.filter(({ kind }) => RUNS.includes(String(kind)));
  if (name !== undefined) {
    const found = runs.filter((run) => {
      const { namespace, name: own } = identityOf(run) ?? { namespace: textAt(run, 'metadata', 'namespace'), name: nameOf(run) };
      return [own, `${namespace}/${own}`, nameOf(run)].includes(name);
    });
    if (found.length > 0) return found;
    throw new Error(`there is no AgentRun or AgentSchedule ${name} in the files: they hold ${listTitles(runs)}`);
  }
  if (runs.length > 0) return runs;
  if (own.length > 0) return own;
  const wanted = `${NAMESPACED.agentRun}, ${AGENT_SCHEDULE}, ${NAMESPACED.sympoziumInstance}, ${SKILL_PACK} or ${SYMPOZIUM_POLICY}`;
  throw new Error(`the files must hold what is to be rendered, an ${wanted}: they hold ${listTitles(others)}`);
}

/** The first of some resources by their titles, for a message. */
export function listTitles(resources: JsonObject[]): string {
  const titles = resources.map(titleOf);
  const shown = titles.slice(0, 5).join(', ') || 'none';
  return titles.length > 5 ? `${shown} and ${titles.length - 5} more` : shown;
}

/** The input of the Composition for a composite, or the one that is installed for its kind, and whether users make claims there. */
function chooseInput(
  pool: Pool,
  subject: JsonObject,
  configuration: Configuration | undefined,
): { input: JsonObject | undefined; hasClaims: boolean } {
  const { compositions, all } = pool;
  const [first] = compositions;
  if (first === undefined) {
    const hasClaims = configuration === 'claims' || all.some(({ kind }) => OF_CLAIMS.includes(String(kind)));
    if (hasClaims && configuration !== undefined && configuration !== 'claims')
      throw new Error(
        `${titleOf(all.find(({ kind }) => OF_CLAIMS.includes(String(kind))) ?? subject)} is of the configuration claims, not ${configuration}`,
      );
    const name = hasClaims ? 'claims' : (configuration ?? 'direct');
    return { input: INPUTS[name][String((hasClaims ? toComposite(subject) : subject)['kind'])], hasClaims };
  }
  const composition =
    compositions.find((candidate) => isFor(candidate, subject)) ??
    compositions.find((candidate) => isFor(candidate, toComposite(subject)));
  if (composition === undefined) {
    const { apiVersion, kind } = (valueAt(first, 'spec', 'compositeTypeRef') ?? {}) as JsonObject;
    throw new Error(
      `the Composition in ${fileOf(first)} is for ${kind} of ${apiVersion}, and ${titleOf(subject)} is of ${subject['apiVersion']}`,
    );
  }
  return {
    input: readStep(composition),
    hasClaims: !isFor(composition, subject) || OF_CLAIMS.includes(String(subject['kind'])),
  };
}

const isFor = (composition: JsonObject, subject: JsonObject): boolean =>
  ['apiVersion', 'kind'].every((field) => textAt(composition, 'spec', 'compositeTypeRef', field) === subject[field]);

/** The input of the one step, after the checks Crossplane's own render makes. */
function readStep(composition: JsonObject): JsonObject | undefined {
  const file = fileOf(composition);
  if (textAt(composition, 'spec', 'mode') !== 'Pipeline') throw new Error(`${file} must have spec.mode: Pipeline`);
  const steps = listAt(composition, 'spec', 'pipeline');
  for (const step of steps) {
    const name = textAt(step, 'functionRef', 'name') ?? '';
    if (name !== FUNCTION) {
      throw new Error(
        `step ${textAt(step, 'step')} calls ${name}, but this program is ${FUNCTION}: Crossplane's own render runs other functions`,
      );
    }
  }
  if (steps.length !== 1) throw new Error(`${file} must have exactly one step, it has ${steps.length}`);
  const input = valueAt(steps[0], 'input');
  return isObject(input) ? input : undefined;
}

function loadObserved(path: string): Map<string, JsonObject> {
  const observed = new Map<string, JsonObject>();
  for (const resource of loadResources(path)) {
    const name = textAt(resource, 'metadata', 'annotations', RESOURCE_NAME);
    if (name === undefined) throw new Error(`${path}: an observed resource needs the annotation ${RESOURCE_NAME}`);
    observed.set(name, resource);
  }
  return observed;
}

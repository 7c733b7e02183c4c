/** Every finding about everything that people write, in some files together. */
import { parseAgentRunApproval } from '../../api/agentrunapproval.ts';
import { parseAgentSchedule } from '../../api/agentschedule.ts';
import { nameOf } from '../../api/composite.ts';
import type { SympoziumPolicySpec } from '../../api/generated/types.ts';
import {
  AGENT_RUN_APPROVAL,
  AGENT_SCHEDULE,
  API_VERSION,
  CLAIMS,
  identityOf,
  NAMESPACED,
  SKILL_PACK,
  SYMPOZIUM_POLICY,
} from '../../api/kinds.ts';
import { parseSympoziumInstance } from '../../api/sympoziuminstance.ts';
import { missingPack, packNames } from '../../call/references.ts';
import type { JsonObject } from '../../kube/json.ts';
import { effectivePolicies } from '../../policy/findings.ts';
import type { Configuration } from '../generated/inputs.ts';
import { titleOf } from '../input/files.ts';
import { listTitles, type Pool, toInputOfRun, toInputs } from '../input/load.ts';
import { inherit, placeOf } from '../input/places.ts';
import { nextRunOf } from '../input/scheduled.ts';
import type { FileError } from '../input/yaml.ts';
import { byGravity, type Checked, type Found } from './finding.ts';
import { foundOf, foundOfParsed } from './found.ts';
import { locate } from './locate.ts';
import { checkMetadataName, judgeMetadata } from './metadata.ts';
import { lintPack } from './pack.ts';
import { judgePolicy } from './policy.ts';
import { APPROVAL, foundOfWaiting, judgeRun, MISSING } from './run.ts';

export interface ValidateOptions {
  /** Which Composition is meant where the files have none. */
  configuration?: Configuration | undefined;
  /** What is in no file is in the cluster. */
  ignoreMissing?: boolean;
}

/**
 * In the order of the files: what is wrong with a file as a whole, then every resource that is named for itself, then policies that nobody
 * can read, because what they would refuse is not known.
 */
export function validate(pool: Pool, unreadable: FileError[], options: ValidateOptions = {}): Checked[] {
  const policies = pool.all.filter(({ kind }) => kind === SYMPOZIUM_POLICY);
  const context = { pool, options, policies: effectivePolicies(policies) };
  const checked = (resource: JsonObject): Checked => {
    const found = [...judgeMetadata(resource), ...judge(resource, context)].map((each) => withNames(each, pool, options));
    const findings = found.map((each) => locate(each, resource, pool)).sort(byGravity);
    return { resource: titleOf(resource), ...placeOf(resource), findings };
  };
  const others = policies.filter((policy) => !pool.own.includes(policy)).map(checked);
  return [
    ...unreadable.map(checkedOf),
    ...pool.own.map(checked),
    ...others.filter(({ findings }) => findings.some(({ severity }) => severity === 'error')),
  ];
}

interface Context {
  pool: Pool;
  options: ValidateOptions;
  policies: Map<string, SympoziumPolicySpec>;
}

/** A file that no cluster takes has one finding and nothing else. */
function checkedOf({ place, words, rule }: FileError): Checked {
  const resource = 'File';
  return { resource, ...place, findings: [{ resource, ...place, severity: 'error', rule, path: '', message: words, fix: '' }] };
}

function judge(resource: JsonObject, context: Context): Found[] {
  try {
    return judgeKind(resource, context);
  } catch (error) {
    // A text of many megabytes is more than a pattern can be tried on.
    if (!(error instanceof RangeError)) throw error;
    const message = 'it is larger, or nested deeper, than anything that a cluster takes';
    return [{ severity: 'error', rule: 'too-large', path: '', message, fix: 'make it smaller' }];
  }
}

function judgeKind(resource: JsonObject, { pool, options: { configuration }, policies }: Context): Found[] {
  switch (resource['kind']) {
    case SKILL_PACK:
      return lintPack(resource, policies);
    case SYMPOZIUM_POLICY:
      return judgePolicy(resource, pool.all);
    case AGENT_RUN_APPROVAL:
      return judgeApproval(resource);
    case AGENT_SCHEDULE:
      return judgeSchedule(resource, pool, configuration);
    case NAMESPACED.sympoziumInstance:
    case CLAIMS.sympoziumInstance:
      return judgeInstance(resource, pool, configuration);
    default:
      return toInputs(pool, [resource], { configuration }).flatMap(judgeRun);
  }
}

/** It refers to a run, which need not be in the files. */
const judgeApproval = (approval: JsonObject): Found[] => [
  ...judgeName(AGENT_RUN_APPROVAL, approval),
  ...foundOfParsed(AGENT_RUN_APPROVAL, parseAgentRunApproval(approval)),
];

const judgeName = (kind: string, resource: JsonObject): Found[] =>
  checkMetadataName(resource).map((fault) => foundOf(kind, fault));

/** What is wrong with it by itself; if nothing is, what a run would be refused that has nothing of its own. */
function judgeInstance(instance: JsonObject, pool: Pool, configuration: Configuration | undefined): Found[] {
  const parsed = parseSympoziumInstance(instance);
  if (!parsed.ok) return foundOfParsed(NAMESPACED.sympoziumInstance, parsed);
  const packs = pool.all.filter(({ kind }) => kind === SKILL_PACK).map(nameOf);
  const missing = packNames(parsed.value.skills)
    .filter((name) => !packs.includes(name))
    .map((name) => foundOfWaiting('SkillPackNotFound', missingPack(name).message));
  const identity = identityOf(instance);
  if (missing.length > 0 || identity === undefined) return missing;
  const run = inherit(
    {
      apiVersion: API_VERSION,
      kind: NAMESPACED.agentRun,
      metadata: { name: 'any', namespace: identity.namespace },
      spec: { instanceRef: identity.name, task: 'any' },
    },
    instance,
  );
  const chosen = configuration ?? (instance['kind'] === CLAIMS.sympoziumInstance ? 'claims' : undefined);
  return judgeRun(toInputOfRun(pool, run, chosen)).filter(({ severity }) => severity === 'high' || severity === 'critical');
}

/** What is wrong with it by itself; if nothing is, what becomes of its runs. */
function judgeSchedule(schedule: JsonObject, pool: Pool, configuration: Configuration | undefined): Found[] {
  const own = [...judgeName(AGENT_SCHEDULE, schedule), ...foundOfParsed(AGENT_SCHEDULE, parseAgentSchedule(schedule))];
  if (own.length > 0) return own;
  const next = nextRunOf(schedule, new Date());
  const found = next === undefined ? [] : judgeRun(toInputOfRun(pool, next.run, configuration));
  return found.map((each) => ({
    ...each,
    path: each.path.replace(/^spec\b/, 'spec.runTemplate.spec'),
    // The command is of one run.
    ...(each.rule === APPROVAL && { fix: 'each of its runs waits for that, and its own message has the command' }),
  }));
}

/** What is missing, with what there is; or only told, where it is in the cluster. */
function withNames(found: Found, { all }: Pool, { ignoreMissing = false }: ValidateOptions): Found {
  if (found.rule !== MISSING) return found;
  if (ignoreMissing) return { ...found, severity: 'info', fix: 'nothing to do where it is in the cluster' };
  const kind = found.message.split(' ')[0] ?? '';
  const known = all.filter((resource) => [kind, `X${kind}`].includes(String(resource['kind'])));
  return { ...found, fix: `${found.fix}; the files have ${listTitles(known)}` };
}

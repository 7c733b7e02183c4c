/** Every finding about everything that people write, in some files together. */
import { nameOf } from '../../api/composite.ts';
import { CLAIMS, NAMESPACED, SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { parseSympoziumInstance } from '../../api/sympoziuminstance.ts';
import { parseSympoziumPolicy } from '../../api/sympoziumpolicy.ts';
import { missingPack, packNames } from '../../call/references.ts';
import type { JsonObject } from '../../kube/json.ts';
import { effectivePolicies } from '../../policy/findings.ts';
import type { Configuration } from '../generated/inputs.ts';
import { titleOf } from '../input/files.ts';
import { listTitles, type Pool, toInputs } from '../input/load.ts';
import { placeOf } from '../input/places.ts';
import type { YamlError } from '../input/yaml.ts';
import { byGravity, type Checked, type Finding, type Found } from './finding.ts';
import { foundOf } from './found.ts';
import { lintPack } from './pack.ts';
import { foundOfWaiting, judgeRun, MISSING } from './run.ts';

export interface ValidateOptions {
  /** Which Composition is meant where the files have none. */
  configuration?: Configuration | undefined;
  /** What is in no file is in the cluster. */
  ignoreMissing?: boolean;
}

/** In the order of the files. */
export const validate = (pool: Pool, unreadable: YamlError[], options: ValidateOptions = {}): Checked[] => [
  ...unreadable.map(checkedOf),
  ...pool.own.map((resource) => {
    const found = judge(resource, pool, options).map((each) => withNames(each, pool, options));
    return {
      resource: titleOf(resource),
      ...placeOf(resource),
      findings: found.map((each) => locate(each, resource, pool)).sort(byGravity),
    };
  }),
];

/** A file that is no YAML has one finding and nothing else. */
function checkedOf({ file, line, column, words }: YamlError): Checked {
  const [resource, place] = ['YAML', { file, line, column }];
  return {
    resource,
    ...place,
    findings: [{ resource, ...place, severity: 'error', rule: 'yaml', path: '', message: words, fix: '' }],
  };
}

function judge(resource: JsonObject, pool: Pool, { configuration }: ValidateOptions): Found[] {
  switch (resource['kind']) {
    case SKILL_PACK:
      return lintPack(resource, effectivePolicies(policiesOf(pool)));
    case SYMPOZIUM_POLICY:
      return judgePolicy(resource);
    case NAMESPACED.sympoziumInstance:
    case CLAIMS.sympoziumInstance:
      return judgeInstance(resource, pool);
    default:
      return toInputs(pool, [resource], { configuration }).flatMap(judgeRun);
  }
}

const policiesOf = ({ all }: Pool): JsonObject[] => all.filter(({ kind }) => kind === SYMPOZIUM_POLICY);

function judgePolicy(policy: JsonObject): Found[] {
  const parsed = parseSympoziumPolicy(policy);
  return parsed.ok ? [] : parsed.faults.map((fault) => foundOf(SYMPOZIUM_POLICY, fault));
}

function judgeInstance(instance: JsonObject, { all }: Pool): Found[] {
  const parsed = parseSympoziumInstance(instance);
  if (!parsed.ok) return parsed.faults.map((fault) => foundOf(NAMESPACED.sympoziumInstance, fault));
  const packs = all.filter(({ kind }) => kind === SKILL_PACK).map(nameOf);
  return packNames(parsed.value.skills)
    .filter((name) => !packs.includes(name))
    .map((name) => foundOfWaiting('SkillPackNotFound', missingPack(name).message));
}

/** What is missing, with what there is; or only told, where it is in the cluster. */
function withNames(found: Found, { all }: Pool, { ignoreMissing = false }: ValidateOptions): Found {
  if (found.rule !== MISSING) return found;
  if (ignoreMissing) return { ...found, severity: 'info', fix: 'nothing to do where it is in the cluster' };
  const kind = found.message.split(' ')[0] ?? '';
  const known = all.filter((resource) => [kind, `X${kind}`].includes(String(resource['kind'])));
  return { ...found, fix: `${found.fix}; the files have ${listTitles(known)}` };
}

/** Of another resource: `SkillPack/name path`, as messages have it. A policy that is given has no name there. */
const OF_ANOTHER = new RegExp(`^(${[SKILL_PACK, NAMESPACED.sympoziumInstance, SYMPOZIUM_POLICY].join('|')})(?:/(\\S+))? (.*)$`);

function locate(found: Found, resource: JsonObject, { all }: Pool): Finding {
  const [, kind = '', name, path = ''] = OF_ANOTHER.exec(found.path) ?? [];
  const isMeant = (other: JsonObject): boolean => other['kind'] === kind && (name === undefined || nameOf(other) === name);
  const other = kind === '' ? resource : all.find(isMeant);
  const isOwn = other === resource;
  const place = other === undefined ? placeOf(resource) : placeOf(other, kind === '' ? found.path : path);
  return { resource: titleOf(resource), ...place, ...found, path: isOwn && kind !== '' ? path : found.path };
}

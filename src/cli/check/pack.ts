/** What is to be known of a pack before anybody applies it: what is wrong, what is refused, what will not work. */
import { nameOf } from '../../api/composite.ts';
import type { Fault } from '../../api/fault.ts';
import type { Sidecar, SkillPackSpec, SympoziumPolicySpec } from '../../api/generated/types.ts';
import { SKILL_PACK } from '../../api/kinds.ts';
import { parseSkillPack, TOKEN_DIRECTORY } from '../../api/skillpack.ts';
import { isObject, type JsonObject, type JsonValue } from '../../kube/json.ts';
import { isWithin } from '../../kube/paths.ts';
import { redact } from '../../policy/credentials/redact.ts';
import { describeCredential } from '../../policy/credentials/search.ts';
import { findCredentialsInPack, findDenials } from '../../policy/findings.ts';
import { findInert } from '../../policy/rights/inert.ts';
import { sidecarPath } from '../../policy/rule.ts';
import { findUnusual } from '../../policy/skills.ts';
import { nextIndex, nextKey } from '../input/path.ts';
import { byGravity, type Found } from './finding.ts';
import { foundOf, foundOfDenial } from './found.ts';

/** Every finding about a SkillPack, the gravest first. Unknown fields are told and left out, so that the rest is judged. */
export function lintPack(pack: JsonObject, policies: Map<string, SympoziumPolicySpec>): Found[] {
  const name = nameOf(pack);
  const first = parseSkillPack(pack);
  const faults = first.ok ? [] : first.faults;
  const parsed = first.ok ? first : parseSkillPack(withoutUnknown(pack, faults));
  const { sidecar = undefined, skills = [] } = parsed.ok ? parsed.value : {};
  const findings = [
    ...faults.map((fault): Found => {
      const found = foundOf(SKILL_PACK, fault);
      return { ...found, path: `${SKILL_PACK}/${name} ${found.path}` };
    }),
    ...findDenials({ name, sidecar, skills }, policies).map(
      ({ policy, denial }): Found => ({ policy, ...foundOfDenial(denial) }),
    ),
    ...(sidecar ? warn(sidecarPath({ name }), sidecar) : []),
    ...(parsed.ok ? tellUnused(`SkillPack/${name} spec.runtimeRequirements`, parsed.value) : []),
    ...(parsed.ok ? [...findCredentialsInPack(name, parsed.value, policies), ...findUnusual(name, parsed.value.skills)] : []).map(
      (warning): Found => ({ severity: 'warning', ...warning }),
    ),
  ];
  return findings.sort(byGravity);
}

function warn(path: string, sidecar: Sidecar): Found[] {
  const { command = [], env = [], requiresServer } = sidecar;
  const findings: Found[] = [];
  if (!requiresServer && /(^|[\s/])sleep(\s|$)/.test(command.join(' '))) {
    findings.push({
      severity: 'warning',
      rule: 'sleeping-sidecar',
      path: `${path}.command`,
      message: `${describeCredential(command.join(' ')) === undefined ? JSON.stringify(command.join(' ')) : 'it'} takes the place of the image's entry point, which serves the agent's tool calls`,
      fix: 'remove command, unless the tools of the image are served some other way',
    });
  }
  for (const [index, { name, value = '' }] of env.entries()) {
    if (name !== 'KUBECONFIG' || !isWithin(value, TOKEN_DIRECTORY)) continue;
    findings.push({
      severity: 'warning',
      rule: 'kubeconfig',
      path: `${path}.env[${index}]`,
      message: `${value} is a token or a certificate and no kubeconfig, so kubectl fails on it`,
      fix: 'remove it: clients find the token where it is mounted',
    });
  }
  const inert = findInert(sidecar, path).map((item): Found => ({ severity: 'warning', ...item }));
  return [...findings, ...inert, ...tellTools(path, sidecar)];
}

/** What is kept and shown, and nothing follows from. */
const tellUnused = (path: string, { runtimeRequirements: { image, sandbox } = {} }: SkillPackSpec): Found[] =>
  Object.entries({ image, sandbox: sandbox || undefined }).flatMap(([field, value]) =>
    value === undefined
      ? []
      : {
          severity: 'info',
          rule: 'shown-only',
          path: `${path}.${field}`,
          message: `${value} is shown, and nothing follows from it: the image of the agent and how Pods are isolated are the platform's to say`,
          fix: 'set defaults.agent.image in a SympoziumPolicy where the skills need another image',
        },
  );

/** What each tool runs: no more than the sidecar may do in any case. */
const tellTools = (path: string, { tools = [] }: Sidecar): Found[] =>
  tools.map(({ name, exec, subcommand }, index) => ({
    severity: 'info',
    rule: 'tool',
    path: `${path}.tools[${index}]`,
    message: `${name} runs ${redact(JSON.stringify([...exec, ...(subcommand === undefined ? [] : [subcommand])]))} in the sidecar`,
    fix: 'nothing to do: it may do no more than any other command there',
  }));

/** A copy without the fields that the schema does not know. */
function withoutUnknown(pack: JsonObject, faults: Fault[]): JsonObject {
  const copy = structuredClone(pack);
  for (const { path, found } of faults) if (found === 'an unknown field') removeField(copy, path);
  return copy;
}

function removeField(value: JsonValue | undefined, path: string): void {
  const entry = nextIndex(path);
  const step = isObject(value) ? nextKey(path, Object.keys(value)) : undefined;
  if (entry && Array.isArray(value)) removeField(value[entry.index], entry.rest);
  else if (step && isObject(value)) {
    if (step.rest === '') delete value[step.key];
    else removeField(value[step.key], step.rest);
  }
}

/** What is to be known of a pack before anybody applies it: what is wrong, what is refused, what will not work. */
import { nameOf } from '../../api/composite.ts';
import type { Fault } from '../../api/fault.ts';
import type { Sidecar, SkillPackSpec, SympoziumPolicySpec } from '../../api/generated/types.ts';
import { parseSkillPack, TOKEN_DIRECTORY } from '../../api/skillpack.ts';
import { isObject, type JsonObject, type JsonValue } from '../../kube/json.ts';
import { isWithin } from '../../kube/paths.ts';
import { redact } from '../../policy/credentials/redact.ts';
import { describeCredential } from '../../policy/credentials/search.ts';
import { findCredentialsInPack, findDenials } from '../../policy/findings.ts';
import { findInert } from '../../policy/rights/inert.ts';
import { sidecarPath } from '../../policy/rule.ts';
import { findUnusual } from '../../policy/skills.ts';

export interface LintFinding {
  /**
   * critical: refused, and nothing permits it. high: refused until a policy permits it. error: the API server or the
   * function would not take it. warning: it can be applied, and should not be as it is. info: what is worth knowing of it.
   */
  severity: 'critical' | 'high' | 'error' | 'warning' | 'info';
  /** The policy that refuses; absent where none is asked. */
  policy?: string;
  rule: string;
  path: string;
  /** What was found and what could be done with it, in one sentence. */
  message: string;
  fix: string;
}

const ORDER = ['critical', 'high', 'error', 'warning', 'info'];

/** Every finding about a SkillPack, the gravest first. Unknown fields are told and left out, so that the rest is judged. */
export function lintPack(pack: JsonObject, policies: Map<string, SympoziumPolicySpec>): LintFinding[] {
  const name = nameOf(pack);
  const first = parseSkillPack(pack);
  const faults = first.ok ? [] : first.faults;
  const parsed = first.ok ? first : parseSkillPack(withoutUnknown(pack, faults));
  const { sidecar = undefined, skills = [] } = parsed.ok ? parsed.value : {};
  const findings = [
    ...faults.map(
      ({ path, found, rule }): LintFinding => ({
        severity: 'error',
        rule: 'schema',
        path: `SkillPack/${name} ${path}`,
        message: `found ${found}`,
        fix: rule,
      }),
    ),
    ...findDenials({ name, sidecar, skills }, policies).map(
      ({ policy, denial: { rule, path, found, why, permit, permissible } }): LintFinding => ({
        severity: permissible ? 'high' : 'critical',
        policy,
        rule,
        path,
        message: `${found}: ${why}`,
        fix: permit,
      }),
    ),
    ...(sidecar ? warn(sidecarPath({ name }), sidecar) : []),
    ...(parsed.ok ? tellUnused(`SkillPack/${name} spec.runtimeRequirements`, parsed.value) : []),
    ...(parsed.ok ? [...findCredentialsInPack(name, parsed.value, policies), ...findUnusual(name, parsed.value.skills)] : []).map(
      (warning): LintFinding => ({ severity: 'warning', ...warning }),
    ),
  ];
  return findings.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

function warn(path: string, sidecar: Sidecar): LintFinding[] {
  const { command = [], env = [], requiresServer } = sidecar;
  const findings: LintFinding[] = [];
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
  const inert = findInert(sidecar, path).map((item): LintFinding => ({ severity: 'warning', ...item }));
  return [...findings, ...inert, ...tellTools(path, sidecar)];
}

/** What is kept and shown, and nothing follows from. */
const tellUnused = (path: string, { runtimeRequirements: { image, sandbox } = {} }: SkillPackSpec): LintFinding[] =>
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
const tellTools = (path: string, { tools = [] }: Sidecar): LintFinding[] =>
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
  for (const { path, found } of faults) {
    if (found !== 'an unknown field') continue;
    const keys = [...path.matchAll(/\.?([^.[\]]+)/g)].map(([, key = '']) => key);
    const last = keys.pop() ?? '';
    let parent: JsonValue | undefined = copy;
    for (const key of keys) parent = isObject(parent) || Array.isArray(parent) ? (parent as JsonObject)[key] : undefined;
    if (isObject(parent)) delete parent[last];
  }
  return copy;
}

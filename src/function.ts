/** The whole function as one pure step: request in, response out. */
import { SETTINGS_VALID } from './api/conditions.ts';
import { formatFaults } from './api/fault.ts';
import { API_VERSION, CLAIMS, NAMESPACED, SKILL_PACK, SYMPOZIUM_POLICY } from './api/kinds.ts';
import { DEFAULT_SETTINGS, parseSettings, type Settings } from './api/settings.ts';
import type { Request } from './call/request.ts';
import type { Composed, Condition, Response } from './call/response.ts';
import { isLast } from './call/rounds.ts';
import { composeSkillPack } from './composites/skillpack.ts';
import { composeInstance } from './composites/sympoziuminstance.ts';
import { composePolicy } from './composites/sympoziumpolicy.ts';
import { readCondition } from './kube/conditions.ts';
import { textAt } from './kube/json.ts';
import { composeRun, isBegun } from './run/agentrun.ts';

/** What the function's own flags decide. */
export interface Options {
  /** How soon Crossplane asks again about a SkillPack, SympoziumInstance or SympoziumPolicy. */
  ttlSeconds: number;
  /** Runs wait until a SympoziumPolicy exists, whatever the input says. */
  requirePolicy: boolean;
}

export function compose(request: Request, { ttlSeconds, requirePolicy }: Options): Response {
  const parsed = parseSettings(request.input);
  const problem = parsed.ok ? undefined : `cannot read the function input: ${formatFaults(parsed.faults)}`;
  if (problem !== undefined && !(isRun(request) && isBegun(request))) return { kind: 'fatal', message: problem };
  // What nobody can read may have asked for a policy.
  const given: Settings = parsed.ok ? parsed.value : { ...DEFAULT_SETTINGS, requirePolicy: true };
  const settings = { ...given, requirePolicy: given.requirePolicy || requirePolicy };
  const composers: Record<string, () => Composed> = {
    [SKILL_PACK]: () => composeSkillPack(request, settings, ttlSeconds),
    [CLAIMS.sympoziumInstance]: () => composeInstance(request, ttlSeconds),
    [CLAIMS.agentRun]: () => composeRun(request, settings),
    [NAMESPACED.sympoziumInstance]: () => composeInstance(request, ttlSeconds),
    [NAMESPACED.agentRun]: () => composeRun(request, settings),
    [SYMPOZIUM_POLICY]: () => composePolicy(request, ttlSeconds),
  };
  const apiVersion = textAt(request.composite, 'apiVersion') ?? '';
  const kind = textAt(request.composite, 'kind') ?? '';
  const known = apiVersion === API_VERSION && Object.hasOwn(composers, kind);
  const composeKind = known ? composers[kind] : undefined;
  if (composeKind === undefined) {
    const kinds = Object.keys(composers).join(', ');
    return {
      kind: 'fatal',
      message: `cannot compose ${kind || 'a resource without kind'} (${apiVersion || 'no apiVersion'}): this function knows ${kinds} of ${API_VERSION}`,
    };
  }
  const composed = isRun(request) ? withSettingsVerdict(composeKind(), request, problem) : composeKind();
  return { kind: 'composed', ...tellOnce(composed, request) };
}

const isRun = ({ composite }: Request): boolean =>
  [CLAIMS.agentRun, NAMESPACED.agentRun].includes(textAt(composite, 'kind') ?? '');

/** To stop the pipeline would keep the rights of every run that ends meanwhile, so a run that exists is told of it instead. */
function withSettingsVerdict(composed: Composed, { composite }: Request, problem: string | undefined): Composed {
  const before = readCondition(composite, SETTINGS_VALID);
  if (problem === undefined && before === undefined) return composed;
  const verdict: Condition =
    problem === undefined
      ? { type: SETTINGS_VALID, status: 'True', reason: 'Valid', message: '' }
      : { type: SETTINGS_VALID, status: 'False', reason: 'InvalidInput', message: problem };
  const isNew = problem !== undefined && before?.message !== problem;
  const warning = { severity: 'Warning', reason: verdict.reason, message: verdict.message } as const;
  return {
    ...composed,
    conditions: [...composed.conditions, verdict],
    results: [...composed.results, ...(isNew ? [warning] : [])],
  };
}

/** What an answer tells that is not the last one would be told again. */
function tellOnce(composed: Composed, request: Request): Composed {
  if (isLast(composed, request)) return composed;
  const { deniedBy: _, ...rest } = composed;
  return { ...rest, results: [] };
}

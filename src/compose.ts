/** The whole function as one pure step: request in, response out. */
import { formatFaults } from './api/fault.ts';
import { API_VERSION, SKILL_PACK, SYMPOZIUM_POLICY } from './api/kinds.ts';
import { parseSettings } from './api/settings.ts';
import type { Request } from './function/request.ts';
import type { Composed, Response } from './function/response.ts';
import { isLast } from './function/rounds.ts';
import { composeInstance } from './instance/compose.ts';
import { textAt } from './kube/json.ts';
import { CLAIMS, NAMESPACED } from './kube/variant.ts';
import { composePolicy } from './policy/compose.ts';
import { composeRun } from './run/compose.ts';
import { composeSkillPack } from './skillpack/compose.ts';

/** What the function's own flags decide. */
export interface Options {
  /** How soon Crossplane asks again about a SkillPack, SympoziumInstance or SympoziumPolicy. */
  ttlSeconds: number;
  /** Runs wait until a SympoziumPolicy exists, whatever the input says. */
  requirePolicy: boolean;
}

export function compose(request: Request, { ttlSeconds, requirePolicy }: Options): Response {
  const parsed = parseSettings(request.input);
  if (!parsed.ok) return { kind: 'fatal', message: `cannot read the function input: ${formatFaults(parsed.faults)}` };
  const settings = { ...parsed.value, requirePolicy: parsed.value.requirePolicy || requirePolicy };
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
  return { kind: 'composed', ...tellOnce(composeKind(), request) };
}

/** What an answer tells that is not the last one would be told again. */
function tellOnce(composed: Composed, request: Request): Composed {
  if (isLast(composed, request)) return composed;
  const { deniedBy: _, ...rest } = composed;
  return { ...rest, results: [] };
}

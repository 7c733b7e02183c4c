/** The whole function as one pure step: request in, response out. */
import { formatFaults } from './api/fault.ts';
import {
  AGENT_RUN_APPROVAL,
  AGENT_SCHEDULE,
  API_VERSION,
  CLAIMS,
  NAMESPACED,
  SKILL_PACK,
  SYMPOZIUM_POLICY,
} from './api/kinds.ts';
import { parseSettings, type Settings, settingsOfUnreadable } from './api/settings.ts';
import type { Request } from './call/request.ts';
import type { Composed, Response } from './call/response.ts';
import { isLast } from './call/rounds.ts';
import { composeApproval } from './composites/agentrunapproval.ts';
import { composeSkillPack } from './composites/skillpack.ts';
import { composeInstance } from './composites/sympoziuminstance.ts';
import { composePolicy } from './composites/sympoziumpolicy.ts';
import { textAt } from './kube/json.ts';
import { composeRun } from './run/agentrun.ts';
import { composeSchedule } from './schedule/agentschedule.ts';

/** What the function's own flags decide. */
export interface Options {
  /** How soon Crossplane asks again about what is no AgentRun. */
  ttlSeconds: number;
  /** Runs wait until a SympoziumPolicy exists, whatever the input says. */
  requirePolicy: boolean;
}

/** How a composite of a kind is composed. `problem` says why nobody can read the input; then the settings are the defaults. */
type Composer = (request: Request, settings: Settings, ttlSeconds: number, problem: string | undefined) => Response;

const composeAgentRun: Composer = (request, settings, _, problem) => composeRun(request, settings, problem);
const composeSympoziumInstance = unlessUnreadable((request, _, ttlSeconds) => composeInstance(request, ttlSeconds));

const COMPOSERS: Record<string, Composer> = {
  [SKILL_PACK]: unlessUnreadable(composeSkillPack),
  [CLAIMS.sympoziumInstance]: composeSympoziumInstance,
  [CLAIMS.agentRun]: composeAgentRun,
  [NAMESPACED.sympoziumInstance]: composeSympoziumInstance,
  [NAMESPACED.agentRun]: composeAgentRun,
  [AGENT_RUN_APPROVAL]: unlessUnreadable((request, _, ttlSeconds) => composeApproval(request, ttlSeconds)),
  [AGENT_SCHEDULE]: unlessUnreadable((request, _, ttlSeconds) => composeSchedule(request, ttlSeconds)),
  [SYMPOZIUM_POLICY]: unlessUnreadable((request, _, ttlSeconds) => composePolicy(request, ttlSeconds)),
};

export function compose(request: Request, { ttlSeconds, requirePolicy }: Options): Response {
  const parsed = parseSettings(request.input);
  const problem = parsed.ok ? undefined : `cannot read the function input: ${formatFaults(parsed.faults)}`;
  const given = parsed.ok ? parsed.value : settingsOfUnreadable(request.input);
  const settings = { ...given, requirePolicy: given.requirePolicy || requirePolicy };
  const apiVersion = textAt(request.composite, 'apiVersion') ?? '';
  const kind = textAt(request.composite, 'kind') ?? '';
  const composer = apiVersion === API_VERSION && Object.hasOwn(COMPOSERS, kind) ? COMPOSERS[kind] : undefined;
  if (composer === undefined) return { kind: 'fatal', message: problem ?? describeUnknown(kind, apiVersion) };
  const response = composer(request, settings, ttlSeconds, problem);
  return response.kind === 'fatal' ? response : { kind: 'composed', ...reportOnce(response, request) };
}

function unlessUnreadable(composer: (request: Request, settings: Settings, ttlSeconds: number) => Composed): Composer {
  return (request, settings, ttlSeconds, problem) =>
    problem === undefined
      ? { kind: 'composed', ...composer(request, settings, ttlSeconds) }
      : { kind: 'fatal', message: problem };
}

const describeUnknown = (kind: string, apiVersion: string): string =>
  `cannot compose ${kind || 'a resource without kind'} (${apiVersion || 'no apiVersion'}): ` +
  `this function knows ${Object.keys(COMPOSERS).join(', ')} of ${API_VERSION}`;

/** Crossplane calls again at once after an answer that asks for more, and would report its events twice. */
function reportOnce(composed: Composed, request: Request): Composed {
  if (isLast(composed, request)) return composed;
  const { deniedBy: _, ...rest } = composed;
  return { ...rest, results: [] };
}

/** The SympoziumInstance composite: composes nothing, tells whether runs can use it. */
import { VALID } from '../api/conditions.ts';
import { formatFaults } from '../api/fault.ts';
import type { SkillPackSpec, SympoziumInstanceStatus } from '../api/generated/types.ts';
import { parseSympoziumInstance } from '../api/sympoziuminstance.ts';
import { findPack, missingPack, packNames, type Reference, type Waiting } from '../call/references.ts';
import type { Request } from '../call/request.ts';
import type { Composed } from '../call/response.ts';
import { textAt } from '../kube/json.ts';

type Packs = { name: string; reference: Reference<SkillPackSpec> }[];
type Summary = Required<SympoziumInstanceStatus> & { reason: string };

export function composeInstance(request: Request, ttlSeconds: number): Composed {
  const parsed = parseSympoziumInstance(request.composite);
  const names = parsed.ok ? packNames(parsed.value.skills) : [];
  const packs = names.map((name) => ({ name, reference: findPack(request, name) }));
  const { reason, ...status } = parsed.ok ? summarize(packs) : invalidSummary(formatFaults(parsed.faults));
  // Crossplane fetches and calls again at once; that is no change worth an event.
  const changed = reason !== 'Fetching' && textAt(request.composite, 'status', 'phase') !== status.phase;
  return {
    status,
    ready: status.phase === 'Ready',
    resources: new Map(),
    conditions: [{ type: VALID, status: parsed.ok ? 'True' : 'False', reason, message: status.message }],
    results: changed ? [{ severity: status.phase === 'Ready' ? 'Normal' : 'Warning', reason, message: status.message }] : [],
    requirements: Object.fromEntries(packs.map(({ reference }) => [reference.key, reference.selector])),
    ttlSeconds,
  };
}

const invalidSummary = (message: string): Summary => ({ phase: 'Invalid', reason: 'InvalidSpec', message, skills: [] });

function summarize(packs: Packs): Summary {
  const skills = packs.flatMap(({ name, reference: { value } }) =>
    value.kind === 'found' ? [describePack(name, value.value)] : [],
  );
  const waiting = packs.flatMap(({ name, reference: { value } }): Waiting[] => {
    if (value.kind === 'found') return [];
    return [value.kind === 'waiting' ? value.waiting : missingPack(name)];
  });
  const [first] = waiting;
  if (first === undefined) return { phase: 'Ready', reason: 'Ready', message: 'Every reference was found', skills };
  return { phase: 'Waiting', reason: first.reason, message: waiting.map(({ message }) => message).join('; '), skills };
}

const describePack = (pack: string, { version }: SkillPackSpec): Summary['skills'][number] => ({
  pack,
  ...(version !== undefined && { version }),
});

/** The SympoziumInstance composite: composes nothing, tells whether runs can use it. */
import { formatFaults } from '../api/fault.ts';
import type { SkillPackSpec, SkillPackStatus, SympoziumInstanceStatus } from '../api/generated/types.ts';
import type { Reason } from '../api/reasons.ts';
import { parseSympoziumInstance } from '../api/sympoziuminstance.ts';
import { findPack, missingPack, packNames, type Reference, type Waiting } from '../call/references.ts';
import type { Request } from '../call/request.ts';
import type { Composed } from '../call/response.ts';
import { textAt } from '../kube/json.ts';
import { describeChange, describeValid } from './report.ts';

type Packs = { name: string; reference: Reference<SkillPackSpec> }[];
type Summary = Required<SympoziumInstanceStatus> & { reason: Reason };

export function composeInstance(request: Request, ttlSeconds: number): Composed {
  const parsed = parseSympoziumInstance(request.composite);
  const names = parsed.ok ? packNames(parsed.value.skills) : [];
  const packs = names.map((name) => ({ name, reference: findPack(request.required, name) }));
  const { reason, ...status } = parsed.ok ? summarize(packs, request) : invalidSummary(formatFaults(parsed.faults));
  const { phase, message } = status;
  // Crossplane fetches and calls again at once; that is no change worth an event.
  const isChange = reason !== 'Fetching';
  return {
    status,
    ready: phase === 'Ready',
    resources: new Map(),
    conditions: [describeValid(parsed.ok, reason, message)],
    results: isChange ? describeChange(request.composite, phase, reason, message) : [],
    requirements: Object.fromEntries(packs.map(({ reference }) => [reference.key, reference.selector])),
    ttlSeconds,
  };
}

const invalidSummary = (message: string): Summary => ({ phase: 'Invalid', reason: 'InvalidSpec', message, skills: [] });

function summarize(packs: Packs, { required }: Request): Summary {
  const skills = packs.flatMap(({ name, reference: { value } }) =>
    value.kind === 'found' ? [describePack(name, value.value)] : [],
  );
  const waiting = packs.flatMap(({ name, reference: { value } }): Waiting[] => {
    if (value.kind === 'found') return [];
    return [value.kind === 'waiting' ? value.waiting : missingPack(name)];
  });
  const [first] = waiting;
  const refused = packs.filter(({ reference: { key } }) => textAt(required.get(key)?.[0], 'status', 'phase') === REFUSED);
  if (first === undefined && refused.length > 0) {
    const names = refused.map(({ name }) => `SkillPack ${name}`).join(', ');
    const message = `Every policy refuses ${names}: ask the platform team, or select other packs`;
    return { phase: REFUSED, reason: REFUSED, message, skills };
  }
  if (first === undefined) return { phase: 'Ready', reason: 'Ready', message: 'Every reference was found', skills };
  return { phase: 'Waiting', reason: first.reason, message: waiting.map(({ message }) => message).join('; '), skills };
}

/** What a pack says of itself when no run can use it. */
const REFUSED = 'Refused' satisfies SkillPackStatus['phase'];

const describePack = (pack: string, { version }: SkillPackSpec): Summary['skills'][number] => ({
  pack,
  ...(version !== undefined && { version }),
});

/** The SympoziumInstance composite: composes nothing, tells whether runs can use it. */
import { nameOf } from '../api/composite.ts';
import { VALID } from '../api/conditions.ts';
import { formatFaults } from '../api/fault.ts';
import type { SympoziumInstanceSpec, SympoziumInstanceStatus } from '../api/generated/types.ts';
import { parseSympoziumInstance } from '../api/sympoziuminstance.ts';
import { packKey, packSelector } from '../function/references.ts';
import { type Lookup, lookUp, type Request } from '../function/request.ts';
import type { Composed } from '../function/response.ts';
import { type JsonObject, textAt } from '../kube/json.ts';

type Summary = Required<SympoziumInstanceStatus> & { reason: string };

export function composeInstance(request: Request, ttlSeconds: number): Composed {
  const parsed = parseSympoziumInstance(request.composite);
  const packs = parsed.ok ? packNames(parsed.value) : [];
  const { reason, ...status } = parsed.ok ? checkPacks(request, packs) : invalidSummary(formatFaults(parsed.faults));
  // Crossplane fetches and calls again at once; that is no change worth an event.
  const changed = reason !== 'Fetching' && textAt(request.composite, 'status', 'phase') !== status.phase;
  return {
    status,
    ready: status.phase === 'Ready',
    resources: new Map(),
    conditions: [{ type: VALID, status: parsed.ok ? 'True' : 'False', reason, message: status.message }],
    results: changed ? [{ severity: status.phase === 'Ready' ? 'Normal' : 'Warning', reason, message: status.message }] : [],
    requirements: Object.fromEntries(packs.map((name) => [packKey(name), packSelector(name)])),
    ttlSeconds,
  };
}

const invalidSummary = (message: string): Summary => ({ phase: 'Invalid', reason: 'InvalidSpec', message, skills: [] });

function checkPacks(request: Request, packs: string[]): Summary {
  const lookups = packs.map((name) => ({ name, found: lookUp(request, packKey(name)) }));
  const skills = lookups.flatMap(({ found }) => (found.kind === 'found' ? [describePack(found.resource)] : []));
  const namesOf = (kind: Lookup['kind']): string[] =>
    lookups.flatMap(({ name, found }) => (found.kind === kind ? [name] : [])).sort();
  const [unfetched, missing] = [namesOf('notFetched'), namesOf('missing')];
  if (unfetched.length > 0) {
    const message = `Waiting for Crossplane to fetch SkillPack ${unfetched.join(', ')}`;
    return { phase: 'Waiting', reason: 'Fetching', message, skills };
  }
  if (missing.length > 0) {
    const message = `Waiting for SkillPack ${missing.join(', ')}: ask the platform team, or correct spec.skills`;
    return { phase: 'Waiting', reason: 'SkillPackNotFound', message, skills };
  }
  return { phase: 'Ready', reason: 'Ready', message: 'Every reference was found', skills };
}

const packNames = (spec: SympoziumInstanceSpec): string[] =>
  (spec.skills ?? []).flatMap(({ skillPackRef }) => (skillPackRef === undefined ? [] : [skillPackRef]));

function describePack(pack: JsonObject): Summary['skills'][number] {
  const version = textAt(pack, 'spec', 'version');
  return { pack: nameOf(pack), ...(version !== undefined && { version }) };
}

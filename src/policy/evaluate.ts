/** All guardrails over all packs of a run: every denial, or none. */
import type { Sidecar } from '../api/generated/types.ts';
import { denyHostAccess } from './hostaccess.ts';
import type { Denial } from './verdict.ts';
import { denyWildcards } from './wildcards.ts';

const GUARDRAILS = [denyHostAccess, denyWildcards];

/** What the guardrails judge of a pack. */
export interface JudgedPack {
  name: string;
  sidecar: Sidecar | undefined;
}

export const evaluatePacks = (packs: JudgedPack[]): Denial[] => packs.flatMap(evaluatePack);

export function evaluatePack({ name, sidecar }: JudgedPack): Denial[] {
  return sidecar === undefined ? [] : GUARDRAILS.flatMap((deny) => deny(sidecar, `SkillPack/${name} spec.sidecar`));
}

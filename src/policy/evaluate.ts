/** All guardrails over all packs of a run: every denial, or none. */
import type { Sidecar } from '../api/generated/types.ts';
import { denyHostAccess } from './hostaccess.ts';
import type { Denial } from './verdict.ts';
import { denyWildcards } from './wildcards.ts';

const GUARDRAILS = [denyHostAccess, denyWildcards];

export function evaluatePacks(packs: { name: string; sidecar: Sidecar | undefined }[]): Denial[] {
  return packs.flatMap(({ name, sidecar }) =>
    sidecar === undefined ? [] : GUARDRAILS.flatMap((deny) => deny(sidecar, `SkillPack/${name} spec.sidecar`)),
  );
}

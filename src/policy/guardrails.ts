/** All guardrails: every denial of a run or of a pack on its own, sorted, or none. */
import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import type { ResolvedRun } from '../model/run.ts';
import { denyApart } from './apart.ts';
import { denyBesideRights } from './besiderights.ts';
import { denyCloudIdentity } from './cloudidentity.ts';
import { denyPackCredentials, denyRunCredentials } from './credentials/credentials.ts';
import { denyEnvironment } from './environment.ts';
import { denyHostAccess } from './hostaccess.ts';
import { denyAgentImage, denyPackImages } from './images.ts';
import { denyRunLimits, denySidecarResources } from './limits.ts';
import { denyModels } from './models.ts';
import { denyNamespaces } from './namespaces.ts';
import { denyNetwork, denyPackNetwork } from './network.ts';
import { denyPlacement } from './placement.ts';
import { denyPodMetadata } from './podmetadata.ts';
import { denyRights } from './rights/rights.ts';
import type { JudgedPack, PackRule, RunRule } from './rule.ts';
import { denyPackSecrets, denyRunSecrets } from './secrets.ts';
import type { Denial } from './verdict.ts';
import { denyPackVolumes } from './volumes.ts';
import { denyWildcards } from './wildcards.ts';
import { denyWorkspace } from './workspace.ts';

const PACK_RULES: readonly PackRule[] = [
  denyHostAccess,
  denyWildcards,
  denyRights,
  denyPackImages,
  denyPackSecrets,
  denyPackVolumes,
  denySidecarResources,
  denyPackNetwork,
  denyPackCredentials,
];
const RUN_RULES: readonly RunRule[] = [
  denyNamespaces,
  denyBesideRights,
  denyApart,
  denyAgentImage,
  denyRunSecrets,
  denyRunLimits,
  denyModels,
  denyEnvironment,
  denyNetwork,
  denyPodMetadata,
  denyCloudIdentity,
  denyPlacement,
  denyWorkspace,
  denyRunCredentials,
];

/** What a policy refuses of a pack wherever it is used. */
export const judgePack = (pack: JudgedPack, policy: SympoziumPolicySpec): Denial[] =>
  sorted(PACK_RULES.flatMap((deny) => deny(pack, policy)));

/** What a policy refuses of a run, its packs included. */
export const judgeRun = (run: ResolvedRun, policy: SympoziumPolicySpec): Denial[] =>
  sorted([...run.packs.flatMap((pack) => judgePack(pack, policy)), ...RUN_RULES.flatMap((deny) => deny(run, policy))]);

const sorted = (denials: Denial[]): Denial[] => denials.sort((a, b) => (`${a.path} ${a.rule}` < `${b.path} ${b.rule}` ? -1 : 1));

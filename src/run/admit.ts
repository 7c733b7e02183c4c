/** Whether a run may begin: spec, references and guardrails together, and what its tenant should know all the same. */
import type { Fault } from '../api/fault.ts';
import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { CREATED_BY } from '../api/labels.ts';
import type { Settings } from '../api/settings.ts';
import type { Required, Selector } from '../call/request.ts';
import type { ResolvedRun } from '../model/run.ts';
import type { Carrier } from '../objects/carrier.ts';
import { findApprovalCauses } from '../policy/approval.ts';
import { findCredentialsInTexts } from '../policy/credentials/credentials.ts';
import { judgeRun } from '../policy/guardrails.ts';
import { describeRestriction, type Restriction, withoutDenied } from '../policy/restrict.ts';
import { askForApproval } from './approval.ts';
import { gatherReferences, type References } from './gather.ts';
import type { GivenRun } from './given.ts';
import { checkSizes, type Prepared, planRun } from './plan.ts';
import { isKeyWithheld, resolveRun, withRewrites } from './resolve.ts';
import type { Admission, Warning } from './state.ts';

/**
 * What spec, references and guardrails say together, and what has to be fetched to know.
 *
 * @param serves whether the run is a server that serves, so that a denial restricts it and does not end it
 */
export function admit(
  { variant, identity, memory, createdBy, parseSpec }: GivenRun,
  required: Required,
  { settings, carrier, serves, now }: { settings: Settings; carrier: Carrier; serves: boolean; now: Date },
): { admission: Admission; requirements: Record<string, Selector> } {
  const parsed = parseSpec();
  if (!parsed.ok) return { admission: { kind: 'invalid', faults: parsed.faults }, requirements: {} };
  if (identity === undefined) return { admission: { kind: 'invalid', faults: [variant.noIdentity] }, requirements: {} };
  const spec = parsed.value;
  const { namespace, name } = identity;
  const asked = { spec, namespace, name, variant };
  const { requirements, waiting, references } = gatherReferences(asked, required, settings.requirePolicy);
  if (waiting.length > 0) return { admission: { kind: 'waiting', waiting }, requirements };
  const resolved = resolveRun(spec, identity, references);
  if (!resolved.ok) return { admission: { kind: 'invalid', faults: resolved.faults }, requirements };
  const { policy, decision } = references;
  const denials = judgeRun(resolved.value, policy);
  // What serves already is restricted instead.
  if (denials.length > 0 && !serves) return { admission: { kind: 'denied', denials }, requirements };
  const because = findApprovalCauses(resolved.value, policy);
  if (because.length > 0 && policy.approval?.distinct && createdBy === undefined && !serves)
    return { admission: { kind: 'invalid', faults: [NOBODY] }, requirements };
  const run = withRewrites(resolved.value, policy);
  const whole = planRun(run);
  const asking = { run, prepared: whole, policy, because, decision, createdBy, before: memory.status.approval, serves, now };
  const answer = because.length > 0 ? askForApproval(asking) : undefined;
  const unapproved = answer === undefined || answer.approval.state === 'Approved' ? undefined : answer;
  const warnings = [
    ...warnOfKey(resolved.value, references),
    ...warnOfTask(resolved.value),
    ...warnOfTexts(resolved.value, policy),
  ];
  const restriction = denials.length > 0 ? describeRestriction(denials) : undefined;
  // Of what nobody has approved nothing is made, whatever else is said of it.
  if (unapproved !== undefined && restriction !== undefined)
    return { admission: { kind: 'unapproved', ...unapproved, warnings, restriction }, requirements };
  const prepared =
    restriction === undefined ? whole : planRun(withRewrites(restrict(resolved.value, policy, restriction), policy));
  const faults = [...checkSizes(prepared), ...findUncarried(prepared, carrier)];
  if (faults.length > 0) return { admission: { kind: 'invalid', faults }, requirements };
  if (unapproved !== undefined) return { admission: { kind: 'unapproved', ...unapproved, warnings }, requirements };
  return { admission: { kind: 'admitted', prepared, warnings, restriction, approval: answer?.approval }, requirements };
}

/** What is left of a server that is denied something. */
const restrict = (run: ResolvedRun, policy: SympoziumPolicySpec, restriction: Restriction): ResolvedRun => ({
  ...run,
  packs: run.packs.map((pack) => withoutDenied(pack, policy, restriction)),
});

const NOBODY: Fault = {
  path: `metadata.annotations[${CREATED_BY}]`,
  found: 'nothing',
  rule: 'must be your user name, because its policy wants it to be approved by somebody else (spec.approval.distinct)',
};

/** What cannot be made the way the platform makes runs: one fault for a rule, whatever breaks it. */
function findUncarried({ manifests }: Prepared, carrier: Carrier): Fault[] {
  const kinds = new Map<string, string[]>();
  for (const manifest of manifests.values()) {
    const rule = carrier.refuse(manifest);
    if (rule !== undefined) kinds.set(rule, [...(kinds.get(rule) ?? []), manifest.kind]);
  }
  return [...kinds].map(([rule, found]) => ({ path: 'spec.skills', found: found.join(' and '), rule }));
}

const warnOfKey = (run: ResolvedRun, references: References): Warning[] =>
  isKeyWithheld(run, references) ? [{ reason: 'KeyWithheld', message: KEY_WITHHELD }] : [];

const KEY_WITHHELD =
  'The run gets no key: its model has a provider or an address of its own, and the key of the policy or the instance is for another. ' +
  'Name a Secret of your own in model.authSecretRef beside it, or ask the platform team to list it in spec.models of a SympoziumPolicy';

/** A server has no agent, and so nobody who does the task. */
function warnOfTask({ mode, task, packs }: ResolvedRun): Warning[] {
  if (mode === 'task' || task === undefined) return [];
  const servers = packs.filter(({ sidecar }) => sidecar !== undefined).map(({ name }) => name);
  const message = `spec.task is not run: the run is a server, for SkillPack ${servers.join(', ')}; with mode: task it is done without`;
  return [{ reason: 'TaskNotRun', message }];
}

const warnOfTexts = ({ task, systemPrompt }: ResolvedRun, policy: SympoziumPolicySpec): Warning[] =>
  findCredentialsInTexts({ task, systemPrompt }, 'spec', policy).map(({ path, found }) => ({
    reason: 'CredentialInText',
    message: `${path}: there is ${found}, which whoever reads the run or its Pod can read`,
  }));

/** What tests do with approvals: a policy that always asks, a run that asks, and a human. */
import type { AgentRunStatus } from '../../src/api/generated/types.ts';
import { API_VERSION } from '../../src/api/kinds.ts';
import type { JsonObject } from '../../src/kube/json.ts';
import { History } from './history.ts';
import { task } from './packs.ts';
import { policyXr, uses } from './request.ts';

export const ALWAYS = policyXr({ approval: { mode: 'Always' } });

export const CAUSE = 'A human has to approve the run, because of SympoziumPolicy spec.approval.mode: Always';
export const COMMAND =
  'who may approve runs: kubectl get agentrun -n team-a run -o yaml | skillpack approval - ' +
  `--approver "$(kubectl auth whoami -o jsonpath='{.status.userInfo.username}')" > approval.yaml; ` +
  'read approval.yaml, and then: kubectl create -f approval.yaml';

/** What a human writes about what a run asks. */
export const approvalOf = (
  { runId = '', approval }: AgentRunStatus,
  spec: JsonObject = {},
  creationTimestamp = '2026-01-01T12:00:00Z',
): JsonObject => ({
  apiVersion: API_VERSION,
  kind: 'AgentRunApproval',
  metadata: { name: 'run', namespace: 'team-a', creationTimestamp },
  spec: { runId, digest: approval?.digest ?? '', decision: 'Approved', approver: 'anna', ...spec },
});

/** A run that asks, with what it refers to. */
export const asking = (policy = ALWAYS, ...others: JsonObject[]) =>
  new History(task({ skills: uses('tools') }, policy, ...others)).call();

export const decide = (run: History, spec: JsonObject = {}, at?: string): History =>
  run.edit([...(run.world.cluster ?? []), approvalOf(run.status, spec, at)]);

/** What is in the cluster, but for approvals. */
export const withoutApprovals = ({ world }: History): JsonObject[] =>
  (world.cluster ?? []).filter(({ kind }) => kind !== 'AgentRunApproval');

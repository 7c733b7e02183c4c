/** The AgentRunApproval for an AgentRun that asks for one, with what its approver is to read before it. */
import type { AgentRunStatus } from '../api/generated/types.ts';
import { AGENT_RUN_APPROVAL, API_VERSION, CLAIMS, identityOf, NAMESPACED } from '../api/kinds.ts';
import { CREATED_BY } from '../api/labels.ts';
import { type JsonObject, objectAt, textAt } from '../kube/json.ts';
import { digestRequest } from '../run/approval.ts';
import { titleOf } from './input/files.ts';
import { writeYaml } from './input/yaml.ts';
import { printable } from './output.ts';
import { describeRule } from './preview/simulate.ts';

export interface Decision {
  decision: 'Approved' | 'Denied';
  approver: string;
  reason?: string | undefined;
}

/** Throws when the run does not ask. */
export function approve(run: JsonObject, { decision, approver, reason }: Decision): string {
  const status = objectAt(run, 'status') as AgentRunStatus;
  const { runId, approval } = status;
  // Of what render prints the metadata is enough, unless it is of a claim.
  const isClaimed = run['kind'] === CLAIMS.agentRun;
  const { name, namespace } = identityOf(run) ?? (isClaimed ? {} : objectAt(run, 'metadata'));
  if (approval?.state !== 'Required' || approval.digest === undefined || runId === undefined)
    throw new Error(`${titleOf(run)} asks for no approval: ${describeStatus(status)}`);
  if (name === undefined || namespace === undefined)
    throw new Error(
      `${titleOf(run)} does not say of which AgentRun in which namespace it is: give the AgentRun, as kubectl get agentrun NAME -o yaml prints it`,
    );
  if (digestRequest(approval) !== approval.digest)
    throw new Error(`${titleOf(run)} does not ask for what its status shows: somebody wrote into status.approval, read it again`);
  const uid = run['kind'] === NAMESPACED.agentRun ? textAt(run, 'metadata', 'uid') : undefined;
  const owner = { apiVersion: API_VERSION, kind: NAMESPACED.agentRun, name, uid: uid ?? '' };
  const manifest = {
    apiVersion: API_VERSION,
    kind: AGENT_RUN_APPROVAL,
    // It goes with its run.
    metadata: { name, namespace, ...(uid !== undefined && { ownerReferences: [owner] }) },
    spec: { runId, digest: approval.digest, decision, approver, ...(reason !== undefined && { reason }) },
  };
  return `${describeRequest(run, status).map(comment).join('')}${writeYaml(manifest)}`;
}

const describeStatus = ({ phase, reason, message, approval }: AgentRunStatus): string => {
  if (phase === undefined) return 'it has no status; give it as the cluster has it, by kubectl get agentrun NAME -o yaml';
  return `it is ${phase}, ${reason}: ${message}${approval?.state === undefined ? '' : ` (approval ${approval.state})`}`;
};

/** Texts of packs and tenants may hold what ends a line. */
const comment = (line: string): string => `# ${printable(line)}\n`;

function describeRequest(run: JsonObject, { approval = {} }: AgentRunStatus): string[] {
  const { because = [], rights = [], images = [], skills = [], requestedTime, expiryTime } = approval;
  const createdBy = textAt(run, 'metadata', 'annotations', CREATED_BY);
  const list = (title: string, entries: string[]): string[] => [
    `${title}: ${entries.length > 0 ? '' : 'none'}`.trim(),
    ...entries.map((entry) => `  ${entry}`),
  ];
  return [
    titleOf(run),
    ...(createdBy === undefined ? [] : [`made by ${createdBy}`]),
    `asked ${requestedTime}${expiryTime === undefined ? '' : `, fails ${expiryTime} if nobody decides`}`,
    ...list(
      'because of',
      because.map(({ rule, path, what }) => `${rule}: ${path}: ${what}`),
    ),
    ...list(
      'rights',
      rights.map(({ pack, scope, namespace, apiGroups = [], resources = [], verbs = [], resourceNames = [] }) => {
        const where = scope === 'Cluster' ? 'in the cluster' : `in namespace ${namespace}`;
        return `${describeRule({ apiGroups, resources, verbs, resourceNames })} ${where}, for pack ${pack}`;
      }),
    ),
    ...list('images', images),
    ...list(
      'packs',
      skills.map(({ pack, version, digest }) => `${pack}${version === undefined ? '' : ` ${version}`} ${digest}`),
    ),
    // What render prints has no spec.
    ...(run['spec'] === undefined ? [] : [`task: ${textAt(run, 'spec', 'task') ?? 'none'}`]),
  ];
}

/**
 * Whether a run that has to be approved is: by an AgentRunApproval of its name, for its run id and for a digest of all that would be made.
 * It is read in every call until the workload of the run exists, and of the status nothing is believed but since when the run waits, because
 * more people may write a status than may approve.
 */
import type { Approval, ApprovalCause, SympoziumPolicySpec } from '../api/generated/types.ts';
import type { Decision } from '../call/references.ts';
import { digest } from '../kube/digest.ts';
import { parseDuration } from '../kube/duration.ts';
import type { JsonObject, JsonValue } from '../kube/json.ts';
import { formatTime } from '../kube/time.ts';
import { imagesOf } from '../manifests/volumes.ts';
import { packsWithSidecar, type ResolvedRun } from '../model/run.ts';
import type { Prepared } from './plan.ts';

export interface Asking {
  /** With its images as they would run. */
  run: ResolvedRun;
  prepared: Prepared;
  policy: SympoziumPolicySpec;
  /** Why a human is asked; at least one cause. */
  because: ApprovalCause[];
  /** The AgentRunApproval of its name, if there is one. */
  decision: Decision | undefined;
  /** Who made the run, as far as it says so. */
  createdBy: string | undefined;
  /** What the status says of it. */
  before: Approval | undefined;
  /** Whether it is a server that serves, which waits for ever. */
  serves: boolean;
  now: Date;
}

export interface Answer {
  approval: Approval & Required<Pick<Approval, 'state'>>;
  /** Why a human is asked and what stands against it, or what was decided. */
  message: string;
  /** What who may decide has to do; empty where it is decided. */
  fix: string;
}

/** Both in one text. */
export const describeAnswer = ({ message, fix }: Answer): string => (fix === '' ? message : `${message}; ${fix}`);

/** What became of the question whether the run may begin. */
export function askForApproval(asking: Asking): Answer {
  const { run, prepared, because, decision, before, now } = asking;
  const { rights, skills } = prepared.plan;
  const request = { because, rights, skills, images: listImages(run), contentDigest: digestContent(prepared) };
  const asked = digestRequest(request);
  const requestedTime = (before?.digest === asked ? readPast(before.requestedTime, now) : undefined) ?? formatTime(now);
  const expiryTime = asking.serves ? undefined : expiryOf(requestedTime, asking.policy);
  const expires = expiryTime !== undefined && { expiryTime };
  const question = { digest: asked, because, requestedTime };
  const obstacle = decision === undefined ? undefined : findObstacle(decision, asked, asking);
  if (decision !== undefined && obstacle === undefined && isInTime(decision, expiryTime)) {
    const { approver, reason, decision: state } = decision.spec;
    const told = { approver, ...(decision.createdAt && { decisionTime: decision.createdAt }), ...(reason && { reason }) };
    const message = `${state} by ${approver}${reason ? `: ${reason}` : ''}`;
    return { approval: { state, ...question, ...told }, message, fix: '' };
  }
  if (expiryTime !== undefined && now.getTime() > Date.parse(expiryTime)) {
    const message = `Nobody who may approve the run decided by ${expiryTime}`;
    return { approval: { state: 'Expired', ...question, expiryTime }, message, fix: '' };
  }
  const message = [describeCauses(because), ...(obstacle === undefined ? [] : [obstacle])].join('; ');
  return { approval: { state: 'Required', ...question, ...request, ...expires }, message, fix: describeCommand(run) };
}

/**
 * What a human approves: everything that the run is made of, and what he reads of it. So who writes something else into the status has
 * nothing approved.
 */
export const digestRequest = ({ contentDigest = '', because = [], rights = [], skills = [], images = [] }: Approval): string =>
  digest([contentDigest, because, rights, skills, images] as unknown as JsonValue);

/** Everything that is made of the run, but for how long it stays afterwards, which may be changed at any time. */
function digestContent({ manifests, plan }: Prepared): string {
  const { remains: _, ...content } = plan;
  const workload = [...manifests].filter(([key]) => !Object.hasOwn(plan.parts, key)).map(([, manifest]) => withoutPlan(manifest));
  return digest([content as unknown as JsonObject, workload]);
}

/** The plan is an annotation of the workload. */
function withoutPlan({
  metadata: { annotations: _, ...metadata },
  ...manifest
}: JsonObject & { metadata: JsonObject }): JsonValue {
  return { ...manifest, metadata };
}

/** A time of the status, which somebody else may have written: it may let the run wait shorter, and never longer. */
const readPast = (text: string | undefined, now: Date): string | undefined =>
  text !== undefined && Date.parse(text) <= now.getTime() ? text : undefined;

const DEFAULT_TIMEOUT = '24h';

const expiryOf = (requestedTime: string, { approval }: SympoziumPolicySpec): string =>
  formatTime(new Date(Date.parse(requestedTime) + (parseDuration(approval?.timeout ?? DEFAULT_TIMEOUT) ?? 0) * 1000));

/** One that was written in time counts whenever it is read. */
const isInTime = ({ createdAt }: Decision, expiryTime: string | undefined): boolean =>
  createdAt === undefined || expiryTime === undefined || !(Date.parse(createdAt) > Date.parse(expiryTime));

/** Why a decision that exists does not count; undefined when it does. */
function findObstacle({ spec }: Decision, asked: string, { run, policy, createdBy }: Asking): string | undefined {
  const { namespace, name } = run;
  const remove = `delete it first: kubectl delete agentrunapproval -n ${namespace} ${name}`;
  if (spec.runId !== run.id) return `AgentRunApproval ${name} is of an earlier run; ${remove}`;
  if (spec.digest !== asked)
    return `AgentRunApproval ${name} is of another content, of which something was changed since; ${remove}`;
  if (policy.approval?.distinct && (createdBy === undefined || spec.approver === createdBy))
    return `AgentRunApproval ${name} may be of who made the run, and somebody else has to decide; ${remove}`;
  return undefined;
}

const listImages = (run: ResolvedRun): string[] => [
  ...new Set([
    ...(run.mode === 'task' ? [run.agent.image] : []),
    ...packsWithSidecar(run).map(({ sidecar }) => sidecar.image),
    ...imagesOf(run).map(({ image }) => image.reference),
  ]),
];

function describeCauses(because: ApprovalCause[]): string {
  const [first, ...others] = because.map(({ path, what }) => `${path}: ${what}`);
  return `A human has to approve the run, because of ${first}${others.length > 0 ? `, and ${others.length} more` : ''}`;
}

const describeCommand = ({ namespace, name }: ResolvedRun): string =>
  `who may approve runs: kubectl get agentrun -n ${namespace} ${name} -o yaml | skillpack approval - ` +
  `--approver "$(kubectl auth whoami -o jsonpath='{.status.userInfo.username}')" > approval.yaml; ` +
  'read approval.yaml, and then: kubectl create -f approval.yaml';

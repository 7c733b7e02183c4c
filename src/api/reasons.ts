/**
 * Every reason the product gives, in the status of a run, in a condition or in an event. One row a reason: a word that is no row does
 * not compile. docs/reasons.md is generated from this table, and a test compares README's troubleshooting with it.
 */
import type { AgentRunStatus } from './generated/types.ts';

export type Phase = NonNullable<AgentRunStatus['phase']>;

const FINAL: readonly Phase[] = ['Succeeded', 'Failed', 'Cancelled'];

/** Whether a run has ended, by its phase. */
export const isFinal = (phase: string | undefined): boolean => FINAL.some((final) => final === phase);

export interface ReasonRow {
  /** The phases of an AgentRun whose `status.reason` it may be; none for a reason of conditions and events only. */
  phases: readonly Phase[];
  /** Of its event. Normal: nobody has to act. */
  severity: 'Normal' | 'Warning';
  /** What it means, in one sentence. */
  meaning: string;
  /** What to do, in one sentence. */
  action: string;
}

const NOTHING = 'Nothing.';
const WAIT = 'Wait; the run goes on by itself.';

export const REASONS = {
  Fetching: {
    phases: ['Pending', 'Preparing'],
    severity: 'Normal',
    meaning: 'Crossplane has not sent everything the resource refers to yet.',
    action: 'Wait; if it stays, Crossplane is older than the function needs.',
  },
  InstanceNotFound: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'The SympoziumInstance of the run does not exist in its namespace.',
    action: 'Create the instance, or create a run with another `spec.instanceRef`.',
  },
  InstanceAmbiguous: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'Several composites say that they are the SympoziumInstance of the run.',
    action: 'Ask the platform team to remove the one that no claim owns.',
  },
  InstanceInvalid: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'The SympoziumInstance of the run cannot be read.',
    action: 'Correct the fields that the message lists.',
  },
  PolicyNotFound: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'The platform requires a SympoziumPolicy and there is none.',
    action: 'Ask the platform team to create the policy `default`.',
  },
  PolicyAmbiguous: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'Crossplane sent several policies of one name.',
    action: 'Ask the platform team.',
  },
  PolicyInvalid: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'A SympoziumPolicy that holds for the run cannot be read.',
    action: 'Ask the platform team to correct the fields that the message lists.',
  },
  SkillPackNotFound: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'A SkillPack that is selected does not exist.',
    action: 'Ask the platform team to publish it, or select another pack.',
  },
  SkillPackAmbiguous: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'Crossplane sent several SkillPacks of one name.',
    action: 'Ask the platform team.',
  },
  SkillPackInvalid: {
    phases: ['Pending', 'Preparing'],
    severity: 'Warning',
    meaning: 'A SkillPack that is selected cannot be read.',
    action: 'Ask the platform team to correct the fields that the message lists.',
  },
  ApprovalRequired: {
    phases: ['Pending'],
    severity: 'Normal',
    meaning:
      'A policy asks that a human approves the run, and nothing of it exists before; `status.approval` has what would be given.',
    action: 'Who may approve runs the first command in the message, reads what it has written, and then runs the second one.',
  },
  CreatingObjects: {
    phases: ['Preparing'],
    severity: 'Normal',
    meaning: 'The objects of the run are being created, or its workload is being started.',
    action: WAIT,
  },
  CannotCreate: {
    phases: ['Preparing'],
    severity: 'Warning',
    meaning: 'The provider cannot create an object of the run, and is trying again.',
    action:
      'Read the message; where it says "attempting to grant RBAC permissions not currently held", apply what `skillpack rights --for provider PACK.yaml` prints; the run goes on by itself.',
  },
  Running: { phases: ['Running'], severity: 'Normal', meaning: 'The Job has started.', action: NOTHING },
  PodNotReady: {
    phases: ['Running'],
    severity: 'Warning',
    meaning:
      'The Pod is not ready: a container has not started, a minute after the Job or half of its time for it, or a sidecar crashes.',
    action: 'Run the command in the message; an image, a Secret or a node may be missing.',
  },
  NoPod: {
    phases: ['Running', 'Failed'],
    severity: 'Warning',
    meaning: 'The Job has no Pod 30 seconds after it started, or had none until the end of its time.',
    action: 'Run the command in the message, which tells whether a quota or Pod Security refuses the Pod.',
  },
  StartTimeout: {
    phases: ['Running', 'Failed'],
    severity: 'Warning',
    meaning: 'The Pod did not get ready in its time: an image, a Secret or a node was missing, or a sidecar crashed.',
    action: 'Read the events, by the command in the message, and create a new run.',
  },
  Unschedulable: {
    phases: ['Running', 'Failed'],
    severity: 'Warning',
    meaning: 'No node takes the Pod; the message says why, in the words of the scheduler.',
    action: 'Ask the platform team for room, or for what the message misses, and create a new run.',
  },
  ImagePullFailed: {
    phases: ['Running', 'Failed'],
    severity: 'Warning',
    meaning: 'An image cannot be pulled; the message says which and why.',
    action: 'Correct the image, or name a Secret for its registry in `imagePullSecrets`, and create a new run.',
  },
  ConfigMissing: {
    phases: ['Running', 'Failed'],
    severity: 'Warning',
    meaning: 'A container cannot be made, mostly because a Secret or a ConfigMap, or a key of one, does not exist.',
    action: 'Create what the message names; the Pod goes on by itself until the run has ended.',
  },
  SidecarFailed: {
    phases: ['Running', 'Failed'],
    severity: 'Warning',
    meaning: 'A sidecar crashes again and again.',
    action: 'Read its log, `kubectl logs` with the container that the message names, and ask the team of the pack.',
  },
  PodTerminating: {
    phases: ['Running'],
    severity: 'Warning',
    meaning: 'The Pod is being deleted and has not gone away.',
    action: 'Run the command in the message; the node of the Pod may be dead.',
  },
  Ending: {
    phases: ['Running'],
    severity: 'Normal',
    meaning: 'The Job has an end, its Pod is still ending, and the rights of the run are being removed.',
    action: WAIT,
  },
  ProviderUnreachable: {
    phases: ['Running'],
    severity: 'Warning',
    meaning: 'The Job should have ended and nobody reports it, so the rights of the run are being removed.',
    action: 'Ask the platform team to look at provider-kubernetes.',
  },
  Available: {
    phases: ['Serving'],
    severity: 'Normal',
    meaning: 'The Deployment of the server is available.',
    action: NOTHING,
  },
  Unavailable: {
    phases: ['Serving'],
    severity: 'Warning',
    meaning: 'The Deployment of the server has no available Pod.',
    action: 'Run `kubectl describe deployment` in the namespace of the run.',
  },
  PolicyDenied: {
    phases: ['Serving', 'Failed'],
    severity: 'Warning',
    meaning: 'A policy refuses something that the run asks for; a server that serves loses only what is refused.',
    action: 'Read every denial in the message; ask the platform team, or create a run that asks for less.',
  },
  InvalidSpec: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'The spec cannot be used; nothing was created for it.',
    action: 'Correct every field that the message lists; a run has to be created anew.',
  },
  ApprovalDenied: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'Somebody who was asked to approve the run denied it; `status.approval` has who and why.',
    action: 'Read the message, and create another run.',
  },
  ApprovalExpired: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'Nobody approved the run within the time that the policy gives.',
    action: 'Create a new run, and ask somebody who may approve it.',
  },
  PrerequisiteFailed: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning:
      'An object of the run could not be created within 10 minutes, was not as planned or was gone before the start, or the Job did not start in its time.',
    action: 'Read the message, mend what it names, and create a new run.',
  },
  WorkloadLost: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'Somebody deleted, replaced, suspended or restarted the Job of the run, or deleted its Object.',
    action: 'Read the message, and create a new run; a run starts once only.',
  },
  UnknownPhase: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'The status has a phase that this version of the function does not know, so the run has ended.',
    action: 'Install a version of the function that knows the phase, and create a new run.',
  },
  AgentFailed: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'The agent ended with an error; `status.exitCode` has its exit code.',
    action: 'Read its log, by the command in the message.',
  },
  Evicted: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'Kubernetes ended the Pod of the run: it was evicted or preempted, or its node is gone.',
    action: 'Create a new run; a run starts once only.',
  },
  PodFailed: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'The Pod has failed, and its agent has not: its node may have refused it.',
    action: 'Run `kubectl describe pod`, and create a new run.',
  },
  OutOfMemory: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'The agent used more memory than it was given, and was killed.',
    action: 'Ask the platform team for more in `spec.defaults.agent.resources` of the policy, or give the agent less to do.',
  },
  PodAdmissionFailed: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning: 'The node refused the Pod; the message says why.',
    action: 'Create a new run; where it happens again, ask the platform team.',
  },
  DeadlineExceeded: {
    phases: ['Failed'],
    severity: 'Warning',
    meaning:
      'The agent did not end within its timeout. Its node ended it, and its log is kept; where the deadline of the Job ended it, Kubernetes has deleted Pod and log.',
    action: 'Read the log, if the message names it, and raise `spec.timeout` in a new run where the task needs longer.',
  },
  Completed: { phases: ['Succeeded'], severity: 'Normal', meaning: 'The agent has ended its task.', action: NOTHING },
  Cancelled: {
    phases: ['Cancelled'],
    severity: 'Normal',
    meaning: 'The run was ended by `spec.cancel`.',
    action: NOTHING,
  },

  // Of conditions.
  Admitted: { phases: [], severity: 'Normal', meaning: 'Spec, references and policy permit the run.', action: NOTHING },
  NotAdmitted: { phases: [], severity: 'Normal', meaning: 'Nothing is created before the run is admitted.', action: WAIT },
  Prepared: { phases: [], severity: 'Normal', meaning: 'Everything existed before the run started.', action: NOTHING },
  Ended: { phases: [], severity: 'Normal', meaning: 'The run ended before it started.', action: NOTHING },
  Held: { phases: [], severity: 'Normal', meaning: 'The run holds the rights in `status.rights`.', action: NOTHING },
  None: { phases: [], severity: 'Normal', meaning: 'The run was given no rights.', action: NOTHING },
  Revoking: {
    phases: [],
    severity: 'Normal',
    meaning: 'The rights of the run are being removed; it may still hold some.',
    action: 'Wait; if it stays, the message says what the provider cannot delete.',
  },
  Stopping: {
    phases: [],
    severity: 'Normal',
    meaning: 'A cancelled run and its rights are being removed; it may still hold some.',
    action: 'Wait; if it stays, the message says what the provider cannot delete.',
  },
  Revoked: { phases: [], severity: 'Normal', meaning: 'Nothing the run was given exists any more.', action: NOTHING },
  Valid: { phases: [], severity: 'Normal', meaning: "The input of the Composition's step can be read.", action: NOTHING },
  InvalidInput: {
    phases: [],
    severity: 'Warning',
    meaning: "The input of the Composition's step cannot be read; runs that have begun go on and end with the defaults.",
    action: 'Ask the platform team to correct the field that the message names.',
  },
  Ready: { phases: [], severity: 'Normal', meaning: 'A pack or an instance can be used.', action: NOTHING },
  Refused: {
    phases: [],
    severity: 'Warning',
    meaning: 'Every SympoziumPolicy refuses the pack, or a pack of the instance, so that no run can use it.',
    action: 'Read `status.findings` of the pack: what is refused, and the line of a policy that would permit it.',
  },
  Pending: {
    phases: [],
    severity: 'Normal',
    meaning: 'The ConfigMap of a pack does not exist yet.',
    action: 'Wait; if it stays, the message says what the provider cannot create, such as a missing system namespace.',
  },
  Recorded: { phases: [], severity: 'Normal', meaning: 'An approval can be read.', action: NOTHING },
  Active: { phases: [], severity: 'Normal', meaning: 'A policy is in force, or a schedule makes runs.', action: NOTHING },
  Suspended: {
    phases: [],
    severity: 'Normal',
    meaning: 'A schedule is suspended, and skips its ticks.',
    action: 'Set `spec.suspend` of the AgentSchedule to false.',
  },
  Scheduled: { phases: [], severity: 'Normal', meaning: 'A schedule made the AgentRun of a tick.', action: NOTHING },
  TickSkipped: {
    phases: [],
    severity: 'Warning',
    meaning: 'A tick of a schedule has no AgentRun: another one had not ended, or it was too late.',
    action:
      'See `status.lastSkipped` of the AgentSchedule; let its runs end sooner, or set another `concurrencyPolicy` or `startingDeadlineSeconds`.',
  },
  Invalid: {
    phases: [],
    severity: 'Warning',
    meaning: 'A pack, a policy, an approval or a schedule cannot be used.',
    action: 'Correct every field that the message lists.',
  },

  // Of events.
  KeyWithheld: {
    phases: [],
    severity: 'Warning',
    meaning:
      'The run or its instance sets `model.baseURL` or `model.provider`, so it is not given the key that a wider scope has for another address.',
    action: 'Name a Secret of your own beside it, or ask the platform team to list the address in `spec.models` of a policy.',
  },
  TaskNotRun: {
    phases: [],
    severity: 'Warning',
    meaning: 'The run has a task and is a server, because a pack of it requires one, so nobody does the task.',
    action: 'Create a run with `mode: task`, which leaves such packs out, or leave the task out.',
  },
  CredentialInText: {
    phases: [],
    severity: 'Warning',
    meaning: 'A text of the run looks like it holds a credential, which everybody who can read the run can read.',
    action: 'Put the credential into a Secret, and create a new run.',
  },
} as const satisfies Record<string, ReasonRow>;

export type Reason = keyof typeof REASONS;

/** A reason that stands in a status and is no row: another version of the function wrote it. */
export type ForeignReason = string & { readonly foreign: unique symbol };

/** The reason a status states, to be written again as it is. */
export const readReason = (text: string): Reason | ForeignReason => text as Reason | ForeignReason;

/** The severity of the event with this reason; a foreign one is a Warning. */
export const severityOf = (reason: Reason | ForeignReason): 'Normal' | 'Warning' =>
  Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason].severity : 'Warning';

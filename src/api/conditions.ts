/**
 * Condition types, each with what a reader may conclude from it. Ready, Synced, Healthy, UpToDate and
 * Responsive belong to Crossplane.
 */

/** SkillPack, SympoziumInstance, SympoziumPolicy: whether the spec can be used as it stands. */
export const VALID = 'Valid';

/** AgentRun: whether spec, references and policy permit the run. False is final but for a server that serves, Unknown is waiting. */
export const ADMITTED = 'Admitted';

/** AgentRun: whether everything the run needs exists. True from the start on. */
export const PREPARED = 'Prepared';

/**
 * AgentRun: whether the run's ServiceAccount may hold any right at this moment. False is said only before anything was made, of a
 * run that asks for no right, or some seconds after everything was seen to be gone.
 */
export const RIGHTS_HELD = 'RightsHeld';

/**
 * AgentRun: False while the input of the Composition's step cannot be read. A run that exists goes on all the same, with the
 * defaults; a new one is not begun. Absent from a run that never met such an input.
 */
export const SETTINGS_VALID = 'SettingsValid';

/** AgentRun: how the run ended. Unknown until it has. */
export const SUCCEEDED = 'Succeeded';

/** AgentRun: True from its end on, however it ended. It is what scripts wait for. */
export const FINISHED = 'Finished';

/**
 * AgentRun: what kstatus reads, and with it Flux and kubectl plugins: a run is in progress while it is Reconciling, has failed when it is
 * Stalled, and is current when it is neither. Stalled is absent from a run that has not failed.
 * https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export const RECONCILING = 'Reconciling';
export const STALLED = 'Stalled';

export type ConditionType =
  | typeof FINISHED
  | typeof RECONCILING
  | typeof STALLED
  | typeof VALID
  | typeof ADMITTED
  | typeof PREPARED
  | typeof RIGHTS_HELD
  | typeof SETTINGS_VALID
  | typeof SUCCEEDED;

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

/** AgentRun: whether the run's ServiceAccount may hold any right at this moment. */
export const RIGHTS_HELD = 'RightsHeld';

/** AgentRun: how the run ended. Unknown until it has. */
export const SUCCEEDED = 'Succeeded';

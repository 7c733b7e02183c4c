/** Label and annotation keys, each with what it is for. */

/** On every object: who made it. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const MANAGED_BY_US = 'function-skillpack';

/** On every object of a run: the name of the AgentRun its tenant knows. */
export const AGENT_RUN = 'sympozium.ai/agentrun';

/** On every object of a run: the name of its SympoziumInstance. */
export const INSTANCE = 'sympozium.ai/instance';

/** On every object of a SkillPack: its name. */
export const SKILL_PACK = 'sympozium.ai/skillpack';

/** On the provider's Objects and on Pods: the run id, by which everything of one run is found. */
export const RUN = 'sympozium.ai/run';

/** On the provider's observe-only Object of the Pod of a run: the run id. */
export const POD_OF = 'sympozium.ai/pod-of';

/** On the provider's Objects: the key of the composed resource. */
export const PART = 'sympozium.ai/part';

/** On the provider's Objects of a run: whether it is a task or a server, which each of them tells also when its status is read late. */
export const MODE = 'sympozium.ai/mode';

/** Annotation on objects of a run: the SkillPacks it was given. */
export const SKILLS = 'sympozium.ai/skills';

/** Annotation on the ServiceAccount of a run that acts in a cloud: which of its other annotations are the policy's. */
export const ANNOTATIONS = 'sympozium.ai/annotations';

/** Annotation on an AgentRun: the user name of who made it, which an admission policy of examples/install holds to the truth. */
export const CREATED_BY = 'sympozium.ai/created-by';

/** On an AgentRun that an AgentSchedule made: the name of the schedule. */
export const SCHEDULE = 'sympozium.ai/schedule';

/** Annotation on an AgentRun that an AgentSchedule made: its tick, as RFC 3339. */
export const SCHEDULED_AT = 'sympozium.ai/scheduled-at';

/**
 * Annotation on an AgentRun that an AgentSchedule made and has seen: the uid it had then, or with claims the name of its composite. One that
 * an old answer makes again under its name has another, and does not begin.
 */
export const MADE_AS = 'sympozium.ai/made-as';

/** Annotation on the Job or Deployment of a run: what the run was prepared with; see run/plan.ts. */
export const PLAN = 'sympozium.ai/plan';

/** Annotation on a Job that is composed directly: that it was released, which its own field does not tell when somebody suspends it. */
export const RELEASED = 'sympozium.ai/released';

/** Annotation on a Job that is composed directly: the digest of what it was made of. */
export const MADE_OF = 'sympozium.ai/made-of';

/** Label Kubernetes gives the Pod template of a Job: the uid of the Job; see run/lock.ts. */
export const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';

/** Annotation Crossplane and its providers use for the name of the real object. */
export const EXTERNAL_NAME = 'crossplane.io/external-name';

/** The finalizer with which a Crossplane provider holds its managed resources. */
export const PROVIDER_FINALIZER = 'finalizer.managedresource.crossplane.io';

/** Labels Crossplane sets on the composite of a claim. */
export const CLAIM_NAME = 'crossplane.io/claim-name';
export const CLAIM_NAMESPACE = 'crossplane.io/claim-namespace';

/** Annotation Crossplane sets on composed resources: their resource name. */
export const RESOURCE_NAME = 'crossplane.io/composition-resource-name';

/** The variables the product sets in the agent's container. The container is built from these lists, and no tenant may set their names. */

/** What the public agent-runner images read; the function takes them from the fields of a run. */
export const AGENT_VARIABLES = [
  'AGENT_RUN_ID',
  'INSTANCE_NAME',
  'AGENT_NAMESPACE',
  'TASK',
  'SYSTEM_PROMPT',
  'MODEL_PROVIDER',
  'MODEL_NAME',
  'MODEL_BASE_URL',
  'THINKING_MODE',
  'RUN_TIMEOUT',
  'TOOLS_ENABLED',
  'SYMPOZIUM_SKILL_TARGETS',
  'SIDECAR_TOOLS_MANIFEST_PATH',
] as const;
export type AgentVariable = (typeof AGENT_VARIABLES)[number];

/** The keys of a model's Secret that reach the agent, under the same names; unrelated keys stay out. */
export const MODEL_KEYS = [
  'API_KEY',
  'ANTHROPIC_API_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AZURE_OPENAI_API_KEY',
  'LLM_API_KEY',
  'OPENAI_API_KEY',
  'PROVIDER_API_KEY',
] as const;

const SET_BY_PRODUCT: ReadonlySet<string> = new Set([...AGENT_VARIABLES, ...MODEL_KEYS]);

/** Whether the product sets a variable, or would where the run has a value for it. */
export const isSetByProduct = (name: string): boolean => SET_BY_PRODUCT.has(name);

/** Whether a tenant may not set a variable: the product sets it, or a container needs its own. */
export const isReservedVariable = (name: string): boolean =>
  isSetByProduct(name) || name === 'PATH' || name === 'HOME' || name.startsWith('LD_');

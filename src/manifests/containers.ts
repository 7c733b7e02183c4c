/** The containers of a run's Pod: the agent, and one sidecar for each pack that has one. */
import type {
  IContainer as Container,
  IEnvVar as EnvVar,
  IResourceRequirements as ResourceRequirements,
  ISecurityContext as SecurityContext,
} from 'kubernetes-models/v1';
import type { HostAccess, Model } from '../api/generated/types.ts';
import { AGENT, sidecarName } from '../api/names.ts';
import { PACK_VARIABLE } from '../api/skillpack.ts';
import { AGENT_VARIABLES, type AgentVariable, isSetByProduct, MODEL_KEYS } from '../api/variables.ts';
import { type PackWithSidecar, packsWithSidecar, type ResolvedRun, type Resources } from '../model/run.ts';
import { storageOf } from './storage.ts';
import {
  buildCommonMounts,
  buildPackMounts,
  buildResultMount,
  buildSkillsDirMounts,
  buildToolsMount,
  hasTools,
  TOOLS_PATH,
  WORKSPACE_MOUNT,
} from './volumes.ts';

/** The container with the language model. It has the task and the model's key, and never a token. */
export function buildAgent(run: ResolvedRun): Container {
  const { image, imagePullPolicy, command, resources, resultPath } = run.agent;
  return {
    name: AGENT,
    image,
    ...(imagePullPolicy && { imagePullPolicy }),
    ...(command && { command }),
    env: buildAgentEnv(run),
    resources: exactly(resources, storageOf(run, AGENT, resources)),
    securityContext: { ...RESTRICTED, readOnlyRootFilesystem: true },
    ...(resultPath && { terminationMessagePath: resultPath }),
    volumeMounts: [
      WORKSPACE_MOUNT,
      ...buildCommonMounts(run, AGENT),
      ...buildToolsMount(run),
      ...buildSkillsDirMounts(run),
      ...buildResultMount(resultPath, AGENT),
    ],
  };
}

/** What the public agent-runner images read, then what the tenant adds. */
function buildAgentEnv(run: ResolvedRun): EnvVar[] {
  const targets = packsWithSidecar(run).map((pack) => pack.name);
  const { model } = run;
  const values: Record<AgentVariable, string | undefined> = {
    AGENT_RUN_ID: run.id,
    INSTANCE_NAME: run.instance,
    AGENT_NAMESPACE: run.namespace,
    TASK: run.task,
    SYSTEM_PROMPT: run.systemPrompt,
    MODEL_PROVIDER: model.provider,
    MODEL_NAME: model.model,
    MODEL_BASE_URL: model.baseURL,
    THINKING_MODE: model.thinking,
    RUN_TIMEOUT: run.timeout,
    TOOLS_ENABLED: targets.length > 0 ? 'true' : undefined,
    SYMPOZIUM_SKILL_TARGETS: targets.length > 0 ? targets.join(',') : undefined,
    SIDECAR_TOOLS_MANIFEST_PATH: hasTools(run) ? TOOLS_PATH : undefined,
  };
  return [
    ...AGENT_VARIABLES.flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [{ name, value: literal(value) }];
    }),
    ...listKeys(model),
    ...run.env.map(({ name, value }) => ({ name, value: withoutOurs(value) })),
  ];
}

/**
 * A tenant's value may refer to variables of his own. One that refers to the key of the model would carry it wherever he says.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
const withoutOurs = (value: string): string =>
  value.replace(/\$\$|\$\(([A-Za-z0-9_.-]{1,253})\)/g, (whole, name) =>
    name !== undefined && isSetByProduct(name) ? `$${whole}` : whole,
  );

/** The key that is named, which then has to be there; else those of the usual names, so that unrelated keys stay out of the agent. */
function listKeys({ authSecretRef: name, authSecretKey: key }: Model): EnvVar[] {
  if (name === undefined) return [];
  if (key !== undefined) return [{ name: NAMED_KEY, valueFrom: { secretKeyRef: { name, key } } }];
  return MODEL_KEYS.map((usual) => ({ name: usual, valueFrom: { secretKeyRef: { name, key: usual, optional: true } } }));
}

/** Where the public agent runner looks first, whatever its provider. */
const NAMED_KEY = 'API_KEY' satisfies (typeof MODEL_KEYS)[number];

/** The container with the tools of a pack: the only one that holds the pack's Secret and rights. */
export function buildSidecar(run: ResolvedRun, pack: PackWithSidecar): Container {
  const { sidecar } = pack;
  const name = sidecarName(pack.name);
  const ports = (sidecar.ports ?? []).map(({ name, containerPort, protocol }) => ({ name, containerPort, protocol }));
  return {
    name,
    image: sidecar.image,
    ...(sidecar.imagePullPolicy && { imagePullPolicy: sidecar.imagePullPolicy }),
    ...(sidecar.command && { command: sidecar.command }),
    ...(sidecar.args && { args: sidecar.args }),
    env: [
      { name: PACK_VARIABLE, value: pack.name },
      ...(sidecar.env ?? []).map(({ name, value = '', valueFrom }) => (valueFrom ? { name, valueFrom } : { name, value })),
      ...sidecar.params.map(({ name, value }) => ({ name, value: literal(value) })),
    ],
    ...(ports.length > 0 && { ports }),
    resources: exactly(sidecar.resources, storageOf(run, name, sidecar.resources)),
    securityContext: contextOf(sidecar.hostAccess),
    volumeMounts: [
      ...(sidecar.mountWorkspace ? [WORKSPACE_MOUNT] : []),
      ...buildCommonMounts(run, name),
      ...buildPackMounts(pack),
    ],
  };
}

/** Kubernetes expands $(NAME) and $$ in the value of a variable; a text of the user's has to arrive as written. */
const literal = (text: string): string => text.replaceAll('$', '$$$$');

function exactly({ cpu, memory, devices = {} }: Resources, storage: string | undefined): ResourceRequirements {
  // Of a map no value is undefined, which its generated type cannot say.
  const extended = devices as Record<string, number>;
  const all = { cpu, memory, ...(storage !== undefined && { 'ephemeral-storage': storage }), ...extended };
  return { requests: all, limits: all };
}

/** With the Pod's own context, the `restricted` Pod Security Standard. */
const RESTRICTED: SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** Nothing in hostAccess counts unless it is enabled. */
function contextOf(access: HostAccess | undefined): SecurityContext {
  if (!access?.enabled) return RESTRICTED;
  if (access.privileged) return PRIVILEGED;
  return access.runAsRoot ? ROOT : RESTRICTED;
}

/** Root in its container, and no more than that. */
const ROOT: SecurityContext = { ...RESTRICTED, runAsUser: 0, runAsGroup: 0, runAsNonRoot: false };

/** The API server refuses privileged without escalation. */
const PRIVILEGED: SecurityContext = {
  privileged: true,
  allowPrivilegeEscalation: true,
  runAsUser: 0,
  runAsGroup: 0,
  runAsNonRoot: false,
  seccompProfile: { type: 'Unconfined' },
};

/**
 * From a run and everything it refers to, to one ResolvedRun. All precedence is decided here:
 *
 * - a field of the run over the instance's, over the policy's defaults, over what is built in; `model` field by field, but its
 *   key only together with where it goes;
 * - `run.skills`, when given, selects the packs; params merge per pack, the run's value winning;
 * - `placement` adds up, and `workspace` is the volume of the narrowest scope that names one (api/placement.ts, api/workspace.ts);
 * - `env` merges by name, the run's value winning; `imagePullSecrets` are taken whole;
 * - `mode` is the run's, else server when a selected pack requires a server, else task.
 */
import { type Fault, invalid, type Parsed } from '../api/fault.ts';
import type { AgentRunSpec, EnvVar, Model, SympoziumInstanceSpec, SympoziumPolicySpec } from '../api/generated/types.ts';
import { mergePlacements } from '../api/placement.ts';
import { mergePodMetadata } from '../api/podmetadata.ts';
import { mergeWorkspaces } from '../api/workspace.ts';
import { parseDuration } from '../kube/duration.ts';
import { parseQuantity } from '../kube/quantity.ts';
import { AGENT_STORAGE, type ResolvedPack, type ResolvedRun, type RunIdentity, SIDECAR_STORAGE } from '../model/run.ts';
import { rewriteImage } from '../policy/images.ts';
import { mayHaveKeyOf } from '../policy/models.ts';
import type { References } from './gather.ts';
import { checkPacks, mergeParams, resolvePack } from './packs.ts';
import { resolveReach } from './reach.ts';
import { readRemains } from './remains.ts';

const DEFAULT_TIMEOUT = '10m';
const DEFAULT_AGENT = {
  image: 'ghcr.io/sympozium-ai/sympozium/agent-runner:v0.10.46',
  resultPath: '/ipc/output/result.json',
  resources: { cpu: '500m', memory: '512Mi' },
};

const NO_RESULTS = { capture: 'None', redact: true } as const;

/** The run with every question answered, or every reason why these parts do not make one. */
export function resolveRun(run: AgentRunSpec, identity: RunIdentity, references: References): Parsed<ResolvedRun> {
  const { policy, packs, instance } = references;
  const faults: Fault[] = [];
  const uses = run.skills ?? instance.skills ?? [];
  const selected = uses.flatMap(({ skillPackRef: name }) => {
    const pack = name === undefined ? undefined : packs.get(name);
    return name === undefined || pack === undefined ? [] : [{ name, pack, params: mergeParams(name, run, instance) }];
  });
  const needsServer = selected.some(({ pack }) => pack.sidecar?.requiresServer);
  const mode = run.mode ?? (needsServer ? 'server' : 'task');
  const resolved = selected.map((one) => withStorage(resolvePack(one, mode, faults), policy));
  const configMaps = uses.flatMap(({ configMapRef }) => configMapRef ?? []);
  checkPacks(resolved, mode, configMaps, faults);
  if (mode === 'task' && run.task === undefined)
    faults.push({ path: 'spec.task', found: 'nothing', rule: 'must be set in task mode' });

  const timeout = run.timeout ?? instance.timeout ?? policy.defaults?.timeout ?? DEFAULT_TIMEOUT;
  const timeoutSeconds = parseDuration(timeout) ?? 0;
  if (faults.length > 0) return invalid(faults);
  const agent = policy.defaults?.agent;
  const tenantCloudIdentity = run.cloudIdentity ?? instance.cloudIdentity;
  const tenantEgress = run.egress ?? instance.egress ?? [];
  const results = { ...NO_RESULTS, ...policy.results };
  const ownPath = agent?.image === undefined && results.capture !== 'None' ? DEFAULT_AGENT.resultPath : undefined;
  return {
    ok: true,
    value: {
      ...identity,
      instance: run.instanceRef,
      mode,
      packs: resolved,
      configMaps,
      task: run.task,
      systemPrompt: run.systemPrompt ?? instance.systemPrompt,
      model: mergeModels([policy.defaults?.model, instance.model, run.model], policy),
      tenantModel: { ...instance.model, ...run.model },
      // What the run says itself of it is read in each call: run/given.ts.
      remains: { ...readRemains(policy.defaults), ...readRemains(instance) },
      securityContext: resolveIdentity(policy),
      workspace: mergeWorkspaces([policy.defaults?.workspace, instance.workspace, run.workspace]),
      tenantWorkspace: mergeWorkspaces([instance.workspace, run.workspace]),
      podMetadata: mergePodMetadata([policy.defaults?.podMetadata, instance.podMetadata, run.podMetadata]),
      tenantPodMetadata: mergePodMetadata([instance.podMetadata, run.podMetadata]),
      cloudIdentity: findCloudIdentity(tenantCloudIdentity, policy),
      tenantCloudIdentity,
      reach: resolveReach(resolved, tenantEgress, policy),
      tenantEgress,
      placement: mergePlacements([policy.defaults?.placement, instance.placement, run.placement]),
      tenantPlacement: mergePlacements([instance.placement, run.placement]),
      env: mergeEnv(instance.env ?? [], run.env ?? []),
      imagePullSecrets: run.imagePullSecrets ?? instance.imagePullSecrets ?? policy.defaults?.imagePullSecrets ?? [],
      timeout,
      timeoutSeconds,
      startTimeoutSeconds: resolveStartTimeout([run.startTimeout, instance.startTimeout], policy),
      agent: {
        image: agent?.image ?? DEFAULT_AGENT.image,
        imagePullPolicy: agent?.imagePullPolicy,
        command: agent?.command,
        resources: { ...DEFAULT_AGENT.resources, ...boundStorage(AGENT_STORAGE, policy.limits?.agent), ...agent?.resources },
        resultPath: agent?.resultPath ?? ownPath,
        skillsDirs: run.skillsDirs ?? instance.skillsDirs ?? agent?.skillsDirs ?? [],
      },
      results,
    },
  };
}

const IDENTITY = { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 };

function resolveIdentity({ defaults }: SympoziumPolicySpec): ResolvedRun['securityContext'] {
  const { identity, ...numbers } = defaults?.securityContext ?? {};
  return identity === 'FromNamespace' ? {} : { ...IDENTITY, ...numbers };
}

/** A limit of the policy holds also where nobody says anything. */
function boundStorage(usual: string, limit: { ephemeralStorage?: string } | undefined): { ephemeralStorage?: string } {
  const most = limit?.ephemeralStorage;
  if (most === undefined) return {};
  return { ephemeralStorage: parseQuantity(most) < parseQuantity(usual) ? most : usual };
}

function withStorage(pack: ResolvedPack, { limits }: SympoziumPolicySpec): ResolvedPack {
  if (pack.sidecar === undefined) return pack;
  const resources = { ...boundStorage(SIDECAR_STORAGE, limits?.sidecar), ...pack.sidecar.resources };
  return { ...pack, sidecar: { ...pack.sidecar, resources } };
}

/** A name that the policy does not know is nobody, and refused by policy/cloudidentity.ts. */
const findCloudIdentity = (name: string | undefined, { cloudIdentities = [], defaults }: SympoziumPolicySpec) =>
  cloudIdentities.find((identity) => identity.name === (name ?? defaults?.cloudIdentity));

/** A limit of the policy holds also where nobody says anything. */
function resolveStartTimeout(scopes: (string | undefined)[], { defaults, limits }: SympoziumPolicySpec): number | undefined {
  const chosen = [...scopes, defaults?.startTimeout, limits?.startTimeout].find((text) => text !== undefined);
  return chosen === undefined ? undefined : parseDuration(chosen);
}

/** A field of the XRDs that nobody reads does not compile: those that are read here, those of a run alone, and those that run/given.ts reads. */
type Read =
  | ('skills' | 'systemPrompt' | 'model' | 'env' | 'imagePullSecrets' | 'timeout' | 'startTimeout' | 'skillsDirs' | 'placement')
  | ('workspace' | 'podMetadata' | 'cloudIdentity' | 'egress' | 'cleanup' | 'ttlSecondsAfterFinished')
  | ('instanceRef' | 'task' | 'mode')
  | 'cancel';
true satisfies [Exclude<keyof AgentRunSpec | keyof SympoziumInstanceSpec, Read>] extends [never] ? true : never;

/** The run with its images under the names the site has them. Judged before, so that none is replaced twice. */
export function withRewrites(run: ResolvedRun, policy: SympoziumPolicySpec): ResolvedRun {
  const rewritten = <T extends { image: string }>(container: T): T => ({
    ...container,
    image: rewriteImage(container.image, policy),
  });
  const packs = run.packs.map(({ sidecar, skills, ...pack }) => ({
    ...pack,
    sidecar: sidecar && rewritten(sidecar),
    skills: skills.map(({ image, ...skill }) =>
      image === undefined ? skill : { ...skill, image: { ...image, reference: rewriteImage(image.reference, policy) } },
    ),
  }));
  return { ...run, packs, agent: rewritten(run.agent) };
}

/**
 * The model, the wider scope first. A key is for the provider and the address it was named beside: who sets another one without a
 * key of his own gets none, unless the policy lists where it goes. Otherwise whoever may make a run could have the key
 * of his platform sent to himself; also by naming it, so the key of the policy goes nowhere else whoever names it.
 */
function mergeModels(scopes: (Model | undefined)[], policy: SympoziumPolicySpec): Model {
  let merged: Model = {};
  for (const scope of scopes) {
    // A key is one of the Secret beside it.
    const base = scope?.authSecretRef === undefined ? merged : withoutKey(merged);
    const next = { ...base, ...scope };
    const inherits = merged.authSecretRef !== undefined && scope?.authSecretRef === undefined;
    merged = inherits && !mayHaveKeyOf(merged, next, policy) ? withoutKey(next) : next;
  }
  const { authSecretRef } = merged;
  const home = policy.defaults?.model ?? {};
  const isOfPolicy = authSecretRef !== undefined && authSecretRef === home.authSecretRef;
  return isOfPolicy && !mayHaveKeyOf(home, merged, policy) ? withoutKey(merged) : merged;
}

const withoutKey = ({ authSecretRef: _, authSecretKey: __, ...model }: Model): Model => model;

/** Whether the key of a wider scope is withheld from a run because of where its model is. */
export const isKeyWithheld = ({ model }: ResolvedRun, { policy, instance }: References): boolean =>
  model.authSecretRef === undefined && (policy.defaults?.model?.authSecretRef ?? instance.model?.authSecretRef) !== undefined;

function mergeEnv(base: EnvVar[], over: EnvVar[]): EnvVar[] {
  const merged = new Map([...base, ...over].map((variable) => [variable.name, variable]));
  return [...merged.values()];
}

/**
 * From a run and everything it refers to, to one ResolvedRun. All precedence is decided here:
 *
 * - a field of the run over the instance's, over the policy's defaults, over what is built in; `model` field by field, but its
 *   key only together with where it goes;
 * - `run.skills`, when given, selects the packs; params merge per pack, the run's value winning;
 * - `env` merges by name, the run's value winning; `imagePullSecrets` are taken whole;
 * - `mode` is the run's, else server when a selected pack requires a server, else task.
 */
import { type Fault, invalid, type Parsed } from '../api/fault.ts';
import type {
  AgentRunSpec,
  EnvVar,
  Model,
  Sidecar,
  SkillPackSpec,
  SkillUse,
  SympoziumInstanceSpec,
  SympoziumPolicySpec,
} from '../api/generated/types.ts';
import { paramVariable } from '../api/names.ts';
import { mergePlacements } from '../api/placement.ts';
import { show } from '../api/schema.ts';
import { CONFIG_MAPS_DIRECTORY, checkSkillBytes, hasFolder } from '../api/skill.ts';
import { writeToolManifest } from '../api/tool.ts';
import { mergeWorkspaces } from '../api/workspace.ts';
import { digest } from '../kube/digest.ts';
import { parseDuration } from '../kube/duration.ts';
import type { JsonObject } from '../kube/json.ts';
import type { ResolvedPack, ResolvedRun, ResolvedSidecar, RunIdentity } from '../model/run.ts';
import { rewriteImage } from '../policy/images.ts';
import { mayHaveKeyOf } from '../policy/models.ts';
import type { References } from './gather.ts';
import { readRemains } from './remains.ts';

const DEFAULT_TIMEOUT = '10m';
const DEFAULT_AGENT = {
  image: 'ghcr.io/sympozium-ai/sympozium/agent-runner:v0.10.46',
  resultPath: '/ipc/output/result.json',
  resources: { cpu: '500m', memory: '512Mi' },
};

const NO_RESULTS = { capture: 'None', redact: true } as const;

/** The run with every question answered, or every reason why these parts do not make one. */
export function resolveRun(spec: AgentRunSpec, identity: RunIdentity, references: References): Parsed<ResolvedRun> {
  const { policy, packs } = references;
  const { run, instance } = readFields(spec, references.instance);
  const faults: Fault[] = [];
  const uses = run.skills ?? instance.skills ?? [];
  const selected = uses.flatMap(({ skillPackRef: name }) => {
    const pack = name === undefined ? undefined : packs.get(name);
    return name === undefined || pack === undefined ? [] : [{ name, pack, params: mergeParams(name, spec, references.instance) }];
  });
  const needsServer = selected.some(({ pack }) => pack.sidecar?.requiresServer);
  const mode = run.mode ?? (needsServer ? 'server' : 'task');
  const resolved = selected.map(({ name, pack, params }) => resolvePack(name, pack, params, mode, faults));

  checkSkills(resolved, mode, faults);
  if (mode === 'server') checkServer(resolved, faults);
  else if (run.task === undefined) faults.push({ path: 'spec.task', found: 'nothing', rule: 'must be set in task mode' });

  const timeout = run.timeout ?? instance.timeout ?? policy.defaults?.timeout ?? DEFAULT_TIMEOUT;
  const timeoutSeconds = parseDuration(timeout) ?? 0;
  const { startTimeout } = run;
  if (mode === 'task' && startTimeout !== undefined && (parseDuration(startTimeout) ?? 0) > timeoutSeconds) {
    faults.push({ path: 'spec.startTimeout', found: startTimeout, rule: `must not be longer than the timeout, ${timeout}` });
  }
  const configMaps = uses.flatMap(({ configMapRef }) => configMapRef ?? []);
  if (configMaps.length > 0) checkFolders(resolved, faults);
  if (faults.length > 0) return invalid(faults);
  const agent = policy.defaults?.agent;
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
      placement: mergePlacements([policy.defaults?.placement, instance.placement, run.placement]),
      tenantPlacement: mergePlacements([instance.placement, run.placement]),
      env: mergeEnv(instance.env ?? [], run.env ?? []),
      imagePullSecrets: run.imagePullSecrets ?? instance.imagePullSecrets ?? policy.defaults?.imagePullSecrets ?? [],
      timeout,
      timeoutSeconds,
      startTimeoutSeconds: resolveStartTimeout([startTimeout, instance.startTimeout], policy, timeoutSeconds),
      agent: {
        image: agent?.image ?? DEFAULT_AGENT.image,
        imagePullPolicy: agent?.imagePullPolicy,
        command: agent?.command,
        resources: { ...DEFAULT_AGENT.resources, ...agent?.resources },
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

/** The least that a schema permits. */
const LEAST_START_SECONDS = 30;

/**
 * What a wider scope says of it never reaches beyond the timeout of the run, and a short timeout does not shorten it below the least. A limit
 * of the policy holds also where nobody says anything.
 */
function resolveStartTimeout(
  scopes: (string | undefined)[],
  { defaults, limits }: SympoziumPolicySpec,
  timeoutSeconds: number,
): number | undefined {
  const chosen = [...scopes, defaults?.startTimeout, limits?.startTimeout].find((text) => text !== undefined);
  if (chosen === undefined) return undefined;
  const most = Math.max(LEAST_START_SECONDS, timeoutSeconds);
  return Math.min(parseDuration(chosen) ?? most, most);
}

/** The fields that resolveRun reads. One of the XRDs that is in neither list does not compile. */
function readFields(spec: AgentRunSpec, ofInstance: SympoziumInstanceSpec) {
  const { instanceRef, task, mode, ...shared } = spec;
  // run/given.ts reads these: they count also while the rest of the spec is faulty.
  const { cancel: _cancel, cleanup: _cleanup, ttlSecondsAfterFinished: _ttl, ...both } = shared;
  const read = <T extends SympoziumInstanceSpec>({
    skills,
    systemPrompt,
    model,
    env,
    imagePullSecrets,
    timeout,
    startTimeout,
    skillsDirs,
    placement,
    workspace,
    cleanup,
    ttlSecondsAfterFinished,
    ...unread
  }: T) => ({
    fields: {
      skills,
      systemPrompt,
      model,
      env,
      imagePullSecrets,
      timeout,
      startTimeout,
      skillsDirs,
      placement,
      workspace,
      cleanup,
      ttlSecondsAfterFinished,
    },
    unread,
  });
  const [run, instance] = [read(both), read(ofInstance)];
  run.unread satisfies Record<string, never>;
  instance.unread satisfies Record<string, never>;
  return { run: { instanceRef, task, mode, ...run.fields }, instance: instance.fields };
}

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

function resolvePack(
  name: string,
  pack: SkillPackSpec,
  params: Param[],
  mode: ResolvedRun['mode'],
  faults: Fault[],
): ResolvedPack {
  const { sidecar } = pack;
  // A serving sidecar does nothing in a task, nor a tool sidecar in a server, where there is no agent.
  const takesPart = sidecar !== undefined && sidecar.requiresServer === (mode === 'server');
  return {
    name,
    version: pack.version,
    digest: digest(pack as unknown as JsonObject),
    skills: pack.skills,
    sidecar: takesPart ? resolveSidecar(name, sidecar, params, faults) : undefined,
  };
}

interface Param {
  name: string;
  value: string;
  /** Where it was written. */
  path: string;
}

/** The params of a pack: the instance's, and over them the run's. */
function mergeParams(pack: string, run: AgentRunSpec, instance: SympoziumInstanceSpec): Param[] {
  const listed = (skills: SkillUse[] = [], prefix: string): Param[] =>
    skills.flatMap(({ skillPackRef, params = {} }, index) =>
      skillPackRef !== pack
        ? []
        : Object.entries(params).map(([name, value = '']) => ({
            name,
            value,
            path: `${prefix}spec.skills[${index}].params.${name}`,
          })),
    );
  const all = [...listed(instance.skills, `SympoziumInstance/${run.instanceRef} `), ...listed(run.skills, '')];
  const merged = new Map(all.map((param) => [param.name, param]));
  return [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resolveSidecar(pack: string, sidecar: Sidecar, params: Param[], faults: Fault[]): ResolvedSidecar {
  const declared = new Set((sidecar.env ?? []).map((variable) => variable.name));
  const taken = new Map<string, string>();
  for (const { name, path } of params) {
    const variable = paramVariable(name);
    const other = taken.get(variable);
    if (other !== undefined) {
      faults.push({ path, found: variable, rule: `must not become the same environment variable as param ${other}` });
    } else if (declared.has(variable)) {
      faults.push({ path, found: variable, rule: `must not be a variable that SkillPack ${pack} sets itself` });
    }
    taken.set(variable, name);
  }
  return { ...sidecar, params: params.map(({ name, value }) => ({ name: paramVariable(name), value })) };
}

function checkSkills(packs: ResolvedPack[], mode: ResolvedRun['mode'], faults: Fault[]): void {
  // A server has no agent that could call one.
  const tools = mode === 'server' ? [] : packs.map(({ name, sidecar }) => ({ pack: name, tools: sidecar?.tools ?? [] }));
  checkNames(
    'skill',
    packs.flatMap((pack) => pack.skills.map(({ name }) => ({ name, pack: pack.name }))),
    faults,
  );
  checkNames(
    'tool',
    tools.flatMap(({ pack, tools: own }) => own.map(({ name }) => ({ name, pack }))),
    faults,
  );
  checkSkillBytes(
    faults,
    'spec.skills',
    packs.flatMap((pack) => pack.skills),
    writeToolManifest(tools),
  );
}

/** The ConfigMaps of a tenant lie in a directory beside the folders of the skills. */
function checkFolders(packs: ResolvedPack[], faults: Fault[]): void {
  for (const { name, skills } of packs) {
    if (!skills.some((skill) => skill.name === CONFIG_MAPS_DIRECTORY && (hasFolder(skill) || skill.image !== undefined)))
      continue;
    const rule = `must not have a configMapRef beside SkillPack ${name}, whose skill ${CONFIG_MAPS_DIRECTORY} has the folder for it`;
    faults.push({ path: 'spec.skills', found: `skill ${show(CONFIG_MAPS_DIRECTORY)}`, rule });
  }
}

/** A skill is a file of its name, and the agent calls a tool by its name. */
function checkNames(what: 'skill' | 'tool', named: { name: string; pack: string }[], faults: Fault[]): void {
  const owner = new Map<string, string>();
  for (const { name, pack } of named) {
    const other = owner.get(name);
    if (other !== undefined) {
      const rule = `must not select two packs with a ${what} of one name; SkillPack ${other} and SkillPack ${pack} both have it`;
      faults.push({ path: 'spec.skills', found: `${what} ${show(name)} twice`, rule });
    }
    owner.set(name, pack);
  }
}

function checkServer(packs: ResolvedPack[], faults: Fault[]): void {
  const servers = packs.filter((pack) => pack.sidecar !== undefined);
  if (servers.length === 0) {
    faults.push({
      path: 'spec.skills',
      found: 'no such pack',
      rule: 'must select a pack with sidecar.requiresServer in server mode',
    });
  }
  const owner = new Map<number, string>();
  for (const { name, sidecar } of servers) {
    const path = `SkillPack/${name} spec.sidecar.ports`;
    if ((sidecar?.ports ?? []).length === 0) faults.push({ path, found: 'none', rule: 'must list a port in server mode' });
    for (const { containerPort } of sidecar?.ports ?? []) {
      const other = owner.get(containerPort);
      if (other !== undefined && other !== name) {
        faults.push({
          path,
          found: String(containerPort),
          rule: `must not be a port of SkillPack ${other}: both run in one Pod`,
        });
      }
      owner.set(containerPort, name);
    }
  }
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

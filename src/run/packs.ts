/** The packs of a run: what each of them is in it, and whether they can be in one Pod. */
import type { Fault } from '../api/fault.ts';
import type { AgentRunSpec, Sidecar, SkillPackSpec, SkillUse, SympoziumInstanceSpec } from '../api/generated/types.ts';
import { paramVariable } from '../api/names.ts';
import { show } from '../api/schema.ts';
import { CONFIG_MAPS_DIRECTORY, checkSkillBytes, hasFolder } from '../api/skill.ts';
import { writeToolManifest } from '../api/tool.ts';
import { digest } from '../kube/digest.ts';
import type { JsonObject } from '../kube/json.ts';
import type { Mode, ResolvedPack, ResolvedSidecar } from '../model/run.ts';

/** A pack that a run selects, with the params of instance and run. */
export interface SelectedPack {
  name: string;
  pack: SkillPackSpec;
  params: Param[];
}

/** What the pack is in a run of this mode. */
export function resolvePack({ name, pack, params }: SelectedPack, mode: Mode, faults: Fault[]): ResolvedPack {
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
export function mergeParams(pack: string, run: AgentRunSpec, instance: SympoziumInstanceSpec): Param[] {
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

/** Everything that keeps the packs from being in one Pod. */
export function checkPacks(packs: ResolvedPack[], mode: Mode, configMaps: string[], faults: Fault[]): void {
  checkSkills(packs, mode, faults);
  if (configMaps.length > 0) checkFolders(packs, faults);
  if (mode === 'server') checkServer(packs, faults);
}

function checkSkills(packs: ResolvedPack[], mode: Mode, faults: Fault[]): void {
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

import { type JsonObject, type JsonValue, listAt, textAt, valueAt } from '../kube/json.ts';
import { isWithin, meets, normalizePath } from '../kube/paths.ts';
import { parseQuantity } from '../kube/quantity.ts';
import { nameOf, parseSpec } from './composite.ts';
import { checkDevices } from './devices.ts';
import { type Fault, invalid, type Parsed } from './fault.ts';
import type { SkillPackSpec } from './generated/types.ts';
import { validateSkillPackSpec } from './generated/validators.js';
import { checkArguments, checkUnique, checkVariables } from './rules.ts';
import { PATTERNS, show } from './schema.ts';
import { checkSkillBytes, checkSkills } from './skill.ts';
import { checkTools } from './tool.ts';
import { checkVolumes } from './volume.ts';

/** Where every container of a run has its own things; nothing else may be mounted there. */
export const TOKEN_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';
const RESERVED_DIRECTORIES = ['/skills', '/ipc', '/tmp', '/workspace', '/proc', TOKEN_DIRECTORY];

/** Tells a sidecar which pack it belongs to. */
export const PACK_VARIABLE = 'SYMPOZIUM_SKILL_PACK';

const PACK_NAME = '^[a-z0-9]+(-[a-z0-9]+)*$';

/** A SkillPack as the function trusts it. Fields: package/claims/apis/skillpack/definition.yaml. */
export function parseSkillPack(composite: JsonObject): Parsed<SkillPackSpec> {
  const parsed = parseSpec<SkillPackSpec>(composite, validateSkillPackSpec, (faults, spec) => {
    const name = nameOf(composite);
    if (!new RegExp(PACK_NAME).test(name) || name.length > 63) {
      faults.push({ path: 'metadata.name', found: show(name), rule: `${PATTERNS[PACK_NAME]}, 63 characters at most` });
    }
    const skills = listAt(spec, 'skills');
    checkUnique(faults, 'spec.skills', skills, 'name');
    checkSkills(faults, 'spec.skills', skills);
    checkEnv(faults, listAt(spec, 'sidecar', 'env'));
    for (const field of ['command', 'args']) checkArguments(faults, `spec.sidecar.${field}`, listAt(spec, 'sidecar', field));
    checkTools(faults, 'spec.sidecar.tools', listAt(spec, 'sidecar', 'tools'));
    checkVolumes(faults, 'spec.sidecar', valueAt(spec, 'sidecar'));
    checkMounts(faults, spec);
    checkDevices(faults, 'spec.sidecar.resources.devices', valueAt(spec, 'sidecar', 'resources', 'devices'));
    checkPorts(faults, listAt(spec, 'sidecar', 'ports'));
  });
  if (!parsed.ok) return parsed;
  const faults: Fault[] = [];
  checkSkillBytes(faults, 'spec.skills', parsed.value.skills);
  return faults.length > 0 ? invalid(faults) : { ok: true, value: withMinimums(parsed.value) };
}

/** The sidecar is given at least what the pack says that it needs. */
function withMinimums(pack: SkillPackSpec): SkillPackSpec {
  const { sidecar, runtimeRequirements: { minCPU, minMemory } = {} } = pack;
  if (sidecar === undefined) return pack;
  const { cpu, memory, ...others } = sidecar.resources;
  const resources = { ...others, cpu: larger(cpu, minCPU), memory: larger(memory, minMemory) };
  return { ...pack, sidecar: { ...sidecar, resources } };
}

const larger = (given: string, least = given): string => (parseQuantity(given) < parseQuantity(least) ? least : given);

function checkEnv(faults: Fault[], variables: JsonValue[]): void {
  checkUnique(faults, 'spec.sidecar.env', variables, 'name');
  checkVariables(faults, 'spec.sidecar.env', variables);
  for (const [position, variable] of variables.entries()) {
    if (textAt(variable, 'value') === undefined || valueAt(variable, 'valueFrom') === undefined) continue;
    faults.push({ path: `spec.sidecar.env[${position}]`, found: 'value and valueFrom', rule: 'must have one of them only' });
  }
  const index = variables.findIndex((variable) => textAt(variable, 'name') === PACK_VARIABLE);
  if (index < 0) return;
  const rule = 'must not be the variable the product sets';
  faults.push({ path: `spec.sidecar.env[${index}].name`, found: show(PACK_VARIABLE), rule });
}

function checkMounts(faults: Fault[], spec: unknown): void {
  const secret = textAt(spec, 'sidecar', 'secretRef');
  const secretPath = textAt(spec, 'sidecar', 'secretMountPath');
  if (secretPath !== undefined && secret === undefined) {
    faults.push({ path: 'spec.sidecar.secretMountPath', found: show(secretPath), rule: 'must stand beside secretRef' });
  }
  const mounts: { field: string; path: string }[] = [];
  if (secretPath !== undefined) mounts.push({ field: 'spec.sidecar.secretMountPath', path: secretPath });
  else if (secret !== undefined) mounts.push({ field: 'spec.sidecar.secretRef', path: `/secrets/${secret}` });
  const hostAccess = valueAt(spec, 'sidecar', 'hostAccess', 'enabled') === true;
  const hostMounts = hostAccess ? listAt(spec, 'sidecar', 'hostAccess', 'mounts') : [];
  for (const [index, mount] of hostMounts.entries()) {
    const path = textAt(mount, 'mountPath');
    if (path !== undefined) mounts.push({ field: `spec.sidecar.hostAccess.mounts[${index}].mountPath`, path });
  }
  for (const [index, mount] of listAt(spec, 'sidecar', 'volumeMounts').entries()) {
    const path = textAt(mount, 'mountPath');
    if (path !== undefined) mounts.push({ field: `spec.sidecar.volumeMounts[${index}].mountPath`, path });
  }
  const taken: string[] = [];
  for (const { field, path } of mounts) {
    const normal = normalizePath(path);
    const found = show(path);
    if (normal === undefined) {
      faults.push({ path: field, found, rule: 'must be an absolute path without ..' });
      continue;
    }
    const reserved = RESERVED_DIRECTORIES.find((directory) => meets(normal, directory));
    const underWorkspace = normal !== '/workspace' && isWithin(normal, '/workspace');
    if (reserved !== undefined && !underWorkspace) {
      faults.push({ path: field, found, rule: `must not be ${reserved}, above it or below it` });
    } else if (taken.some((other) => meets(normal, other))) {
      faults.push({ path: field, found, rule: 'must not meet another mount of the sidecar' });
    }
    taken.push(normal);
  }
}

function checkPorts(faults: Fault[], ports: JsonValue[]): void {
  checkUnique(faults, 'spec.sidecar.ports', ports, 'name');
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const name = textAt(port, 'name');
    if (name !== undefined && !/[a-z]/.test(name)) {
      faults.push({ path: `spec.sidecar.ports[${index}].name`, found: show(name), rule: 'must contain a letter' });
    }
    const number = valueAt(port, 'containerPort');
    const key = `${number}/${textAt(port, 'protocol') ?? 'TCP'}`;
    if (number !== undefined && seen.has(key)) {
      faults.push({ path: `spec.sidecar.ports[${index}].containerPort`, found: `${key} twice`, rule: 'must be unique' });
    }
    seen.add(key);
  }
}

/** The tools that a sidecar offers to the agent, and the file in which the agent is told of them. */
import { type JsonObject, type JsonValue, jsonBytes, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import type { SidecarTool } from './generated/types.ts';
import { validateJsonSchema } from './generated/validators.js';
import { checkArguments, checkUnique } from './rules.ts';
import { show } from './schema.ts';

const MAX_PARAMETERS_BYTES = 16 * 1024;

/** What the schema of a pack cannot say of its tools. */
export function checkTools(faults: Fault[], path: string, tools: JsonValue[]): void {
  checkUnique(faults, path, tools, 'name');
  for (const [index, tool] of tools.entries()) {
    const at = `${path}[${index}]`;
    checkArguments(faults, `${at}.exec`, listAt(tool, 'exec'));
    const parameters = valueAt(tool, 'parameters');
    if (parameters !== undefined) checkParameters(faults, `${at}.parameters`, parameters);
    const known = objectAt(parameters, 'properties');
    for (const [position, name] of listAt(tool, 'positionalArgs').entries()) {
      if (typeof name !== 'string' || Object.hasOwn(known, name)) continue;
      faults.push({
        path: `${at}.positionalArgs[${position}]`,
        found: show(name),
        rule: 'must be one of the properties of parameters',
      });
    }
  }
}

function checkParameters(faults: Fault[], path: string, parameters: JsonValue): void {
  if (textAt(parameters, 'type') !== 'object')
    faults.push({ path: `${path}.type`, found: show(valueAt(parameters, 'type') ?? null), rule: 'must be object' });
  const bytes = jsonBytes(parameters);
  if (bytes > MAX_PARAMETERS_BYTES)
    faults.push({ path, found: `${Math.ceil(bytes / 1024)} KiB`, rule: 'must have at most 16 KiB as JSON' });
  // A copy, because a validator fills in defaults.
  if (validateJsonSchema(structuredClone(parameters))) return;
  const [error] = validateJsonSchema.errors ?? [];
  faults.push({
    path: `${path}${(error?.instancePath ?? '').replaceAll('/', '.')}`,
    found: 'no JSON Schema',
    rule: 'must be one, of draft 7 or newer',
  });
}

/** The tools of one pack. */
export interface PackTools {
  pack: string;
  tools: readonly SidecarTool[];
}

/**
 * The file that the public agent runner reads, with the pack as the target of a call. Source: loadSidecarTools in cmd/agent-runner of
 * sympozium-ai/sympozium, August 2026.
 */
export const writeToolManifest = (packs: readonly PackTools[]): string =>
  JSON.stringify({ tools: packs.flatMap(({ pack, tools }) => tools.map((tool) => describeTool(pack, tool))) });

function describeTool(
  target: string,
  { name, description, exec, subcommand, inputMode, positionalArgs, parameters }: SidecarTool,
): JsonObject {
  return {
    name,
    description,
    target,
    exec,
    ...(subcommand !== undefined && { subcommand }),
    inputMode,
    ...(positionalArgs !== undefined && { positionalArgs }),
    ...(parameters !== undefined && { parameters: parameters as JsonObject }),
  };
}

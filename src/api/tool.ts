/** The tools that a sidecar offers to the agent, and the file in which the agent is told of them. */
import { type JsonObject, type JsonValue, jsonBytes, listAt, objectAt, textAt, valueAt } from '../kube/json.ts';
import type { Fault } from './fault.ts';
import type { SidecarTool } from './generated/types.ts';
import { validateJsonSchema } from './generated/validators.js';
import { checkArguments, checkUnique } from './rules.ts';
import { show } from './schema.ts';

const MAX_PARAMETERS_BYTES = 16 * 1024;
const MAX_TOOLS_BYTES = 64 * 1024;

/** A schema that nests deeper is none that a model can read, and each level costs a frame of the stack. */
const MAX_DEPTH = 32;

/** Those that the public agent runner has itself: it drops another one of the name without a word. Source: cmd/agent-runner/tools.go. */
const TAKEN: readonly string[] = [
  ...['execute_command', 'read_file', 'write_file', 'list_directory', 'send_channel_message', 'fetch_url'],
  ...['schedule_task', 'delegate_to_persona', 'spawn_subagents'],
];

/** What the schema of a pack cannot say of its tools. */
export function checkTools(faults: Fault[], path: string, tools: JsonValue[]): void {
  if (tools.some((tool) => isDeeper(tool, MAX_DEPTH))) {
    faults.push({ path, found: `more than ${MAX_DEPTH} levels`, rule: `must nest at most ${MAX_DEPTH} levels deep` });
    return;
  }
  const bytes = jsonBytes(tools);
  if (bytes > MAX_TOOLS_BYTES) {
    faults.push({ path, found: `${Math.ceil(bytes / 1024)} KiB`, rule: 'must together have at most 64 KiB as JSON' });
    return;
  }
  checkUnique(faults, path, tools, 'name');
  for (const [index, tool] of tools.entries()) {
    const at = `${path}[${index}]`;
    const name = textAt(tool, 'name') ?? '';
    if (TAKEN.includes(name))
      faults.push({ path: `${at}.name`, found: show(name), rule: 'must not be a tool that the agent runner has itself' });
    checkArguments(faults, `${at}.exec`, listAt(tool, 'exec'));
    const parameters = valueAt(tool, 'parameters');
    if (parameters !== undefined) checkParameters(faults, `${at}.parameters`, parameters);
    const known = objectAt(parameters, 'properties');
    for (const [position, argument] of listAt(tool, 'positionalArgs').entries()) {
      if (typeof argument !== 'string' || Object.hasOwn(known, argument)) continue;
      faults.push({
        path: `${at}.positionalArgs[${position}]`,
        found: show(argument),
        rule: 'must be one of the properties of parameters',
      });
    }
  }
}

/** Level by level, so that no depth costs a frame. */
function isDeeper(value: JsonValue, levels: number): boolean {
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}

function checkParameters(faults: Fault[], path: string, parameters: JsonValue): void {
  const bytes = jsonBytes(parameters);
  if (bytes > MAX_PARAMETERS_BYTES) {
    faults.push({ path, found: `${Math.ceil(bytes / 1024)} KiB`, rule: 'must have at most 16 KiB as JSON' });
    return;
  }
  if (textAt(parameters, 'type') !== 'object')
    faults.push({ path: `${path}.type`, found: show(valueAt(parameters, 'type') ?? null), rule: 'must be object' });
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

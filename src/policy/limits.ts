import type { SympoziumPolicySpec } from '../api/generated/types.ts';
import { parseDuration } from '../kube/duration.ts';
import { parseQuantity } from '../kube/quantity.ts';
import type { Resources } from '../model/run.ts';
import { type PackRule, type RunRule, sidecarPath } from './rule.ts';
import type { Denial } from './verdict.ts';

const tooMuch = (path: string, found: string, limit: string, field: string): Denial => ({
  rule: 'limit',
  path,
  found,
  why: 'it takes from what others share',
  permit: `ask for ${limit} at most, or raise spec.limits.${field}`,
  permissible: true,
});

type Limit = { cpu?: string; memory?: string; ephemeralStorage?: string; devices?: Record<string, number | undefined> };

/** @param free how many of a device that the limit does not name */
function judgeResources(asked: Resources, limit: Limit = {}, path: string, field: string, free: number): Denial[] {
  const quantities = (['cpu', 'memory', 'ephemeralStorage'] as const).flatMap((name) => {
    const [found, most] = [asked[name], limit[name]];
    if (found === undefined || most === undefined || parseQuantity(found) <= parseQuantity(most)) return [];
    return [tooMuch(`${path}.${name}`, found, most, `${field}.${name}`)];
  });
  const devices = Object.entries(asked.devices ?? {}).flatMap(([name, count = 0]) => {
    const most = limit.devices?.[name] ?? free;
    return count <= most ? [] : [tooMuch(`${path}.devices.${name}`, `${count}`, `${most}`, `${field}.devices.${name}`)];
  });
  return [...quantities, ...devices];
}

/** No sidecar gets more than the policy's limit. */
export const denySidecarResources: PackRule = (pack, { limits }) =>
  pack.sidecar === undefined
    ? []
    : judgeResources(pack.sidecar.resources, limits?.sidecar, `${sidecarPath(pack)}.resources`, 'sidecar', 0);

/** No run takes longer, or more, than the policy's limits. */
export const denyRunLimits: RunRule = (run, { defaults, limits = {} }: SympoziumPolicySpec) => {
  const denials: Denial[] = [];
  const { timeout, skills, env } = limits;
  const count = run.packs.reduce((sum, pack) => sum + pack.skills.length, 0);
  if (skills !== undefined && count > skills) denials.push(tooMuch('spec.skills', `${count} skills`, `${skills}`, 'skills'));
  if (run.mode === 'server') return denials;
  if (timeout !== undefined && run.timeoutSeconds > (parseDuration(timeout) ?? 0)) {
    denials.push(tooMuch('spec.timeout', run.timeout, timeout, 'timeout'));
  }
  const { startTimeoutSeconds: start } = run;
  // Rights last for both, so a limit of the one bounds the other where nothing is said of it.
  const mostStart = limits.startTimeout ?? (defaults?.startTimeout === undefined ? timeout : undefined);
  if (mostStart !== undefined && start !== undefined && start > (parseDuration(mostStart) ?? 0)) {
    denials.push(tooMuch('spec.startTimeout', `${start}s`, mostStart, 'startTimeout'));
  }
  if (env !== undefined && run.env.length > env) {
    denials.push(tooMuch('spec.env', `${run.env.length} variables`, `${env}`, 'env'));
  }
  const path = 'SympoziumPolicy spec.defaults.agent.resources';
  return [...denials, ...judgeResources(run.agent.resources, limits.agent, path, 'agent', Number.POSITIVE_INFINITY)];
};

import { parseDuration } from '../kube/duration.ts';
import { type JsonObject, type JsonValue, textAt, valueAt } from '../kube/json.ts';
import { type Fault, invalid, type Parsed } from './fault.ts';
import type { Settings as SettingsInput } from './generated/types.ts';
import { validateSettings } from './generated/validators.js';
import { checkDuration } from './rules.ts';
import { checkSchema, show } from './schema.ts';

const SETTINGS_API_VERSION = 'skillpack.fn.crossplane.io/v1beta1';
const SETTINGS_KIND = 'Settings';

/** The function input, ready for use. */
export interface Settings {
  systemNamespace: string;
  providerConfigName: string;
  /** How what a composite is made of is carried: by Objects of provider-kubernetes, or composed directly. */
  compose: 'Objects' | 'Resources';
  /** Who makes rights in the whole cluster for a run in a namespace that is composed directly. */
  clusterRights: 'Provider' | 'Refuse';
  /** Who may read the Pods of runs. */
  podStatus: 'None' | 'Provider' | 'Crossplane';
  /** Of which scope the Object of a SkillPack is. Runs tell theirs by their kind, a SkillPack has the same in both variants. */
  objectScope: 'Cluster' | 'Namespaced';
  requirePolicy: boolean;
  /** How soon Crossplane asks again: `active` while a run holds a Pod, `preparing` before. */
  ttlSeconds: { active: number; preparing: number };
}

/** The input of the Composition's step; none means all defaults. Fields: package/function/input. */
export function parseSettings(input: JsonObject | undefined): Parsed<Settings> {
  const faults: Fault[] = [];
  const checked = checkSchema(validateSettings, input ?? {}, 'input');
  faults.push(...checked.faults);
  if (input !== undefined) {
    checkConstant(faults, 'input.apiVersion', valueAt(input, 'apiVersion'), SETTINGS_API_VERSION);
    checkConstant(faults, 'input.kind', valueAt(input, 'kind'), SETTINGS_KIND);
  }
  for (const name of ['active', 'preparing']) checkDuration(faults, `input.ttl.${name}`, valueAt(checked.value, 'ttl', name));
  checkPodStatus(faults, checked.value);
  if (faults.length > 0) return invalid(faults);
  return { ok: true, value: toSettings(checked.value as unknown as SettingsInput) };
}

function toSettings({ ttl, ...input }: SettingsInput): Settings {
  const seconds = (duration: string): number => Math.ceil(parseDuration(duration) ?? 0);
  const ttlSeconds = { active: seconds(ttl.active), preparing: seconds(ttl.preparing) };
  const { systemNamespace, providerConfigName, compose, clusterRights, podStatus, objectScope, requirePolicy } = input;
  return { systemNamespace, providerConfigName, compose, clusterRights, podStatus, objectScope, requirePolicy, ttlSeconds };
}

/**
 * What holds while nobody can read the input: it may have asked for a policy. How runs are composed is read all the same, so that those
 * that exist are looked for where they are.
 */
export const settingsOfUnreadable = (input: JsonObject | undefined): Settings => ({
  ...DEFAULT_SETTINGS,
  compose: valueAt(input, 'compose') === 'Resources' ? 'Resources' : DEFAULT_SETTINGS.compose,
  clusterRights: valueAt(input, 'clusterRights') === 'Provider' ? 'Provider' : DEFAULT_SETTINGS.clusterRights,
  requirePolicy: true,
});

/** What holds where the input says nothing. */
export const DEFAULT_SETTINGS: Settings = toSettings(
  checkSchema(validateSettings, {}, 'input').value as unknown as SettingsInput,
);

/** Each of them for how runs are composed. */
const READERS: Record<string, string> = { Provider: 'Objects', Crossplane: 'Resources' };

/** Whoever carries the runs reads their Pods: nobody else is asked. */
function checkPodStatus(faults: Fault[], input: JsonValue): void {
  const [podStatus, compose] = [textAt(input, 'podStatus') ?? '', textAt(input, 'compose')];
  const needed = READERS[podStatus];
  if (needed !== undefined && compose !== needed)
    faults.push({ path: 'input.podStatus', found: `${podStatus} with compose: ${compose}`, rule: `needs compose: ${needed}` });
}

function checkConstant(faults: Fault[], path: string, found: JsonValue | undefined, expected: string): void {
  if (found !== expected)
    faults.push({ path, found: found === undefined ? 'nothing' : show(found), rule: `must be ${expected}` });
}

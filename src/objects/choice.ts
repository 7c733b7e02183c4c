/**
 * Which carrier a composite uses. What exists decides, so that an edit of the input moves no run that lives: a kind that changed under a
 * resource name would be made anew, and the old one left behind. Where nothing exists the input decides.
 */
import type { Variant } from '../api/kinds.ts';
import { PART } from '../api/labels.ts';
import type { Settings } from '../api/settings.ts';
import { type JsonObject, textAt, valueAt } from '../kube/json.ts';
import { type Carrier, HELD } from './carrier.ts';
import { carryByObjects, desiredManifest, isObject } from './object.ts';
import { RESOURCES } from './resource.ts';

type Input = Pick<Settings, 'compose' | 'clusterRights'>;

/** The parts among what Crossplane observes, by resource name: each has its own resource name as a label, whatever carries it. */
export const partsAmong = (observed: ReadonlyMap<string, JsonObject>, { objects }: Variant): Map<string, JsonObject> =>
  new Map(
    [...observed].filter(
      ([key, item]) =>
        textAt(item, 'metadata', 'labels', PART) === key &&
        (item['kind'] !== 'Object' || item['apiVersion'] === objects.apiVersion),
    ),
  );

/** What is known of a composite that exists. */
export interface Existing {
  parts: Iterable<JsonObject>;
  /** Whether it was given rights in the whole cluster. */
  hasClusterRights: boolean;
  /** Under which keys Crossplane was asked for what is left of it. They decide when nothing is observed any more. */
  asked: readonly string[];
}

/** @param existing undefined for one that is new */
export function chooseCarrier({ compose, clusterRights }: Input, variant: Variant, existing?: Existing): Carrier {
  const { parts = [], hasClusterRights = false, asked = [] } = existing ?? {};
  const carried = [...parts];
  const objects = carried.filter(isObject);
  const byObjects = carryByObjects(variant);
  if (objects.some((object) => !variant.objects.namespaced || !isClusterScoped(desiredManifest(object)))) return byObjects;
  const isDirect = carried.length > objects.length || asked.some((key) => key.startsWith(`${HELD}/`));
  if (!isDirect && (compose === 'Objects' || asked.includes(HELD))) return byObjects;
  const hasProvider = clusterRights === 'Provider' || hasClusterRights || objects.length > 0;
  return variant.objects.namespaced ? mix(byObjects, hasProvider) : RESOURCES;
}

const isClusterScoped = (manifest: JsonObject): boolean => valueAt(manifest, 'metadata', 'namespace') === undefined;

/**
 * Composed directly, in a namespace. A composite there composes nothing outside of it, so rights in the whole cluster need an Object, and
 * a provider behind it.
 */
function mix(byObjects: Carrier, hasProvider: boolean): Carrier {
  const of = (carried: JsonObject | undefined): Carrier => (carried !== undefined && isObject(carried) ? byObjects : RESOURCES);
  return {
    losesStatus: RESOURCES.losesStatus,
    select: (run, kinds) => {
      const outside = kinds.filter(({ scope }) => scope === 'Cluster');
      const inside = kinds.filter(({ scope }) => scope === 'Namespaced');
      return { ...RESOURCES.select(run, inside), ...(hasProvider && outside.length > 0 && byObjects.select(run, outside)) };
    },
    refuse: (manifest) => (isClusterScoped(manifest) && !hasProvider ? NO_PROVIDER : undefined),
    wrap: (manifest, ...others) => (isClusterScoped(manifest) ? byObjects : RESOURCES).wrap(manifest, ...others),
    configOf: (carried) => of(carried).configOf(carried),
    again: (carried, changes) => of(carried).again(carried, changes),
    isEmptiedFirst: (carried) => of(carried).isEmptiedFirst(carried),
    emptied: (carried) => of(carried).emptied(carried),
    stateOf: (carried, readyWhen) => of(carried).stateOf(carried, readyWhen),
    isAbsent: (carried) => of(carried).isAbsent(carried),
    isRestricted: (carried) => of(carried).isRestricted(carried),
    desiredOf: (carried) => of(carried).desiredOf(carried),
    realOf: (carried) => of(carried).realOf(carried),
  };
}

const NO_PROVIDER =
  'must not need rights in the whole cluster (clusterRBAC), which a run in a namespace cannot compose: install provider-kubernetes and ' +
  'set clusterRights: Provider in the input of the Composition, use the configuration with claims, or select packs without them';

/** The configuration that the test project speaks of. */
import { inject } from 'vitest';
import { CLAIMS, NAMESPACED, type Variant } from '../../src/api/kinds.ts';
import type { JsonObject } from '../../src/kube/json.ts';

export const VARIANT: Variant = inject('variant') === 'claims' ? CLAIMS : NAMESPACED;

/** How runs are composed in the test project. With direct, rights in the whole cluster are Objects all the same. */
export const COMPOSE = inject('variant') === 'direct' ? 'Resources' : 'Objects';

/** Whether it speaks of the provider's Objects, and of what a provider says and may do. */
export const BY_OBJECTS = COMPOSE === 'Objects';

/** Who may read Pods there, where anybody does. */
export const READER = BY_OBJECTS ? 'Provider' : 'Crossplane';

const SETTINGS_TYPE = { apiVersion: 'skillpack.fn.crossplane.io/v1beta1', kind: 'Settings' };

/** The input of the Composition's step, as the test project has it. */
export const inputOf = (settings: JsonObject = {}): JsonObject => ({
  ...SETTINGS_TYPE,
  ...(COMPOSE === 'Resources' && { compose: COMPOSE, clusterRights: 'Provider' }),
  ...settings,
});

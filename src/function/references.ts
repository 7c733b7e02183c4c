/** How the resources a composite refers to are asked for: the key in `requirements`, and the selector. */
import { API_VERSION, SKILL_PACK, SYMPOZIUM_INSTANCE, SYMPOZIUM_POLICY } from '../api/kinds.ts';
import { CLAIM_NAME, CLAIM_NAMESPACE } from '../kube/labels.ts';
import type { Selector } from './request.ts';

export const packKey = (name: string): string => `skillpack/${name}`;
export const packSelector = (name: string): Selector => ({ apiVersion: API_VERSION, kind: SKILL_PACK, matchName: name });

export const policyKey = (name: string): string => `policy/${name}`;
export const policySelector = (name: string): Selector => ({ apiVersion: API_VERSION, kind: SYMPOZIUM_POLICY, matchName: name });

export const INSTANCE_KEY = 'instance';

/** A composite is found by the labels Crossplane gives it for its claim; a composite's own name is not known. */
export const instanceSelector = (claim: { namespace: string; name: string }): Selector => ({
  apiVersion: API_VERSION,
  kind: SYMPOZIUM_INSTANCE,
  matchLabels: { [CLAIM_NAME]: claim.name, [CLAIM_NAMESPACE]: claim.namespace },
});

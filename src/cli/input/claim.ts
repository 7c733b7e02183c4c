/** What Crossplane makes of the claim of a tenant: the composite, which is what the function gets. */
import { nameOf } from '../../api/composite.ts';
import { API_VERSION, CLAIMS, NAMESPACED } from '../../api/kinds.ts';
import { CLAIM_NAME, CLAIM_NAMESPACE } from '../../api/labels.ts';
import { sha256 } from '../../kube/digest.ts';
import { type JsonObject, objectAt, textAt } from '../../kube/json.ts';
import { inherit } from './places.ts';

/** The kind of the composite of a claim. */
const COMPOSITES: Record<string, string> = {
  [NAMESPACED.agentRun]: CLAIMS.agentRun,
  [NAMESPACED.sympoziumInstance]: CLAIMS.sympoziumInstance,
};

/**
 * The composite of a claim, or the resource itself where it is none. Crossplane ends its name with five random characters; here they follow
 * from the claim, so that a preview prints the same twice.
 */
export function toComposite(resource: JsonObject): JsonObject {
  const made = MADE.get(resource) ?? makeComposite(resource);
  MADE.set(resource, made);
  return made;
}

/** Each claim has one composite, however many runs refer to it. */
const MADE = new WeakMap<JsonObject, JsonObject>();

function makeComposite(resource: JsonObject): JsonObject {
  const kind = COMPOSITES[textAt(resource, 'kind') ?? ''];
  if (kind === undefined) return resource;
  const [name, namespace] = [nameOf(resource), textAt(resource, 'metadata', 'namespace') ?? ''];
  const { labels, annotations } = objectAt(resource, 'metadata');
  const composite = {
    apiVersion: API_VERSION,
    kind,
    metadata: {
      name: `${name}-${sha256(`${kind} ${namespace}/${name}`).slice(0, 5)}`,
      labels: { ...objectAt({ labels: labels ?? {} }, 'labels'), [CLAIM_NAME]: name, [CLAIM_NAMESPACE]: namespace },
      ...(annotations !== undefined && { annotations }),
    },
    spec: {
      ...objectAt(resource, 'spec'),
      claimRef: { apiVersion: API_VERSION, kind: textAt(resource, 'kind') ?? '', namespace, name },
    },
  };
  return inherit(composite, resource);
}

/** Where a finding stands: in the resource that it is about, in one that it refers to, or in the one that it inherits from. */
import { nameOf } from '../../api/composite.ts';
import { CLAIMS, identityOf, NAMESPACED, SKILL_PACK, SYMPOZIUM_POLICY } from '../../api/kinds.ts';
import { type JsonObject, textAt, valueAt } from '../../kube/json.ts';
import { titleOf } from '../input/files.ts';
import type { Pool } from '../input/load.ts';
import { placeOf } from '../input/places.ts';
import type { Finding, Found } from './finding.ts';

/** Of another resource: `SkillPack/name path`, as messages have it. A policy that is given has no name there. */
const OF_ANOTHER = new RegExp(
  `^(${[SKILL_PACK, NAMESPACED.sympoziumInstance, SYMPOZIUM_POLICY].join('|')})(?:/(.*?))? (spec\\b.*|metadata\\b.*)$`,
);

export function locate(found: Found, resource: JsonObject, { all }: Pool): Finding {
  const [, kind = '', name, path = found.path] = OF_ANOTHER.exec(found.path) ?? [];
  const namespace = identityOf(resource)?.namespace;
  const isMeant = (other: JsonObject): boolean =>
    [kind, `X${kind}`].includes(String(other['kind'])) &&
    (name === undefined || (identityOf(other)?.name ?? nameOf(other)) === name) &&
    (kind !== NAMESPACED.sympoziumInstance || identityOf(other)?.namespace === namespace);
  const isOwn = kind === '' || isMeant(resource);
  const other = isOwn ? whoseField(resource, path, all) : all.find(isMeant);
  return { resource: titleOf(resource), ...placeOf(other ?? resource, path), ...found, path: isOwn ? path : found.path };
}

const INSTANCES = [NAMESPACED.sympoziumInstance, CLAIMS.sympoziumInstance];

/** A run inherits what its instance says: the field stands there where the run does not have it. */
function whoseField(run: JsonObject, path: string, all: JsonObject[]): JsonObject {
  const [, top = ''] = /^spec\.(\w+)/.exec(path) ?? [];
  const name = textAt(run, 'spec', 'instanceRef');
  if (name === undefined || top === '' || valueAt(run, 'spec', top) !== undefined) return run;
  const namespace = identityOf(run)?.namespace;
  const isInstance = (other: JsonObject): boolean => {
    const identity = identityOf(other);
    return INSTANCES.includes(String(other['kind'])) && identity?.name === name && identity.namespace === namespace;
  };
  return all.find((other) => isInstance(other) && valueAt(other, 'spec', top) !== undefined) ?? run;
}

import { nameOf } from '../../api/composite.ts';
import type { Fault } from '../../api/fault.ts';
import { checkName, NAMESPACED } from '../../api/kinds.ts';
import { isLabelKey } from '../../api/placement.ts';
import { show } from '../../api/schema.ts';
import { isObject, type JsonObject, textAt, valueAt } from '../../kube/json.ts';
import type { Found } from './finding.ts';

const LABEL_VALUE = /^(?=.{0,63}$)([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;

const fault = (path: string, message: string, fix: string): Found => ({ severity: 'error', rule: 'schema', path, message, fix });

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What the API server says of a name and a namespace, of a kind whose parser reads neither. */
export function checkMetadataName(resource: JsonObject): Fault[] {
  const [name, namespace] = [nameOf(resource), textAt(resource, 'metadata', 'namespace')];
  const { noIdentity } = NAMESPACED;
  const isNamed = name !== '' || textAt(resource, 'metadata', 'generateName') !== undefined;
  const rule = 'must be a DNS label: lower-case letters, digits and hyphens';
  return [
    ...(isNamed ? [] : [{ path: 'metadata.name', found: 'nothing', rule: 'must be set' }]),
    ...(name === '' ? [] : checkName('metadata.name', name)),
    ...(namespace === undefined ? [noIdentity] : []),
    ...(namespace === undefined || LABEL.test(namespace) ? [] : [{ path: noIdentity.path, found: show(namespace), rule }]),
  ];
}

/** What it says of labels and annotations, which no parser of ours reads. */
export function judgeMetadata(resource: JsonObject): Found[] {
  return ['labels', 'annotations'].flatMap((field) => {
    const value = valueAt(resource, 'metadata', field) ?? {};
    const path = `metadata.${field}`;
    if (!isObject(value)) return [fault(path, 'found no map', 'must be a map of texts')];
    return Object.entries(value).flatMap(([key, text]) => {
      const at = `${path}.${key}`;
      if (!isLabelKey(key))
        return [
          fault(
            at,
            'found a name that is none',
            'must be letters, digits, hyphens, underscores and dots, with a domain before it or without',
          ),
        ];
      if (typeof text !== 'string') return [fault(at, 'found no text', 'must be text: numbers, true and false need quotes')];
      return field === 'labels' && !LABEL_VALUE.test(text)
        ? [fault(at, 'found the value of no label', 'must be at most 63 letters, digits, hyphens, underscores and dots')]
        : [];
    });
  });
}

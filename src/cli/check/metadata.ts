import { isLabelKey } from '../../api/placement.ts';
import { isObject, type JsonObject, valueAt } from '../../kube/json.ts';
import type { Found } from './finding.ts';

const LABEL_VALUE = /^(?=.{0,63}$)([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$/;

/** What the API server says of labels and annotations, which no parser of ours reads. */
export function judgeMetadata(resource: JsonObject): Found[] {
  const fault = (path: string, message: string, fix: string): Found => ({
    severity: 'error',
    rule: 'schema',
    path,
    message,
    fix,
  });
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

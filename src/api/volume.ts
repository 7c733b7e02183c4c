/** The volumes that a pack brings for its sidecar. */
import { type JsonValue, listAt, textAt, valueAt } from '../kube/json.ts';
import { Places } from '../kube/paths.ts';
import type { Fault } from './fault.ts';
import type { SidecarVolume } from './generated/types.ts';
import { checkOneOf, checkUnique } from './rules.ts';
import { show } from './schema.ts';

const KINDS = [
  'emptyDir',
  'configMap',
  'secret',
  'projected',
  'persistentVolumeClaim',
  'csi',
] as const satisfies (keyof SidecarVolume)[];
const SOURCES = ['configMap', 'secret'];

/** What the schema of a pack cannot say of its volumes; where they are mounted is judged with every other mount. */
export function checkVolumes(faults: Fault[], path: string, sidecar: JsonValue | undefined): void {
  const volumes = listAt(sidecar, 'volumes');
  checkUnique(faults, `${path}.volumes`, volumes, 'name');
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}.volumes[${index}]`;
    checkOneOf(faults, at, volume, KINDS);
    const files = new Places([]);
    for (const kind of SOURCES) checkFiles(faults, `${at}.${kind}`, valueAt(volume, kind), files);
    for (const [position, source] of listAt(volume, 'projected', 'sources').entries()) {
      const of = `${at}.projected.sources[${position}]`;
      checkOneOf(faults, of, source, SOURCES);
      for (const kind of SOURCES) checkFiles(faults, `${of}.${kind}`, valueAt(source, kind), files);
    }
  }
  const known = new Set(volumes.map((volume) => textAt(volume, 'name')));
  for (const [index, mount] of listAt(sidecar, 'volumeMounts').entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    const name = textAt(mount, 'name');
    if (name !== undefined && !known.has(name))
      faults.push({ path: `${at}.name`, found: show(name), rule: 'must be one of the volumes of the pack' });
    checkInside(faults, `${at}.subPath`, valueAt(mount, 'subPath'));
  }
}

/** The files of a volume lie beside each other: none twice, and none where another one has its directory. */
function checkFiles(faults: Fault[], path: string, source: JsonValue | undefined, places: Places): void {
  for (const [index, item] of listAt(source, 'items').entries()) {
    const at = `${path}.items[${index}].path`;
    const file = textAt(item, 'path') ?? '';
    if (file.split('/').some((part) => part === '' || part === '.' || part.startsWith('..'))) {
      faults.push({ path: at, found: show(file), rule: 'must be a relative path whose parts do not begin with two dots' });
    } else if (places.take(file) !== undefined) {
      faults.push({ path: at, found: show(file), rule: 'must not be, or lie in, another file of the volume' });
    }
  }
}

/** A path stays where it begins. */
function checkInside(faults: Fault[], path: string, value: JsonValue | undefined): void {
  if (typeof value !== 'string' || !(value.startsWith('/') || value.split('/').includes('..'))) return;
  faults.push({ path, found: show(value), rule: 'must be a relative path without ..' });
}

/** The Secrets that a volume shows, each with where it is named. */
export function secretsOfVolume({ secret, projected, csi }: SidecarVolume): { name: string; path: string }[] {
  const named = (name: string | undefined, path: string) => (name === undefined ? [] : [{ name, path }]);
  return [
    ...named(secret?.secretName, 'secret.secretName'),
    ...(projected?.sources ?? []).flatMap((source, index) =>
      named(source.secret?.name, `projected.sources[${index}].secret.name`),
    ),
    ...named(csi?.nodePublishSecretRef?.name, 'csi.nodePublishSecretRef.name'),
  ];
}

/** The files of `render`, with one clear line for each way they can be wrong. */
import { nameOf } from '../../api/composite.ts';
import { RESOURCE_NAME } from '../../api/labels.ts';
import { isObject, type JsonObject, listAt, textAt, valueAt } from '../../kube/json.ts';
import { loadResources } from './files.ts';

export interface RenderInput {
  composite: JsonObject;
  /** The input of the Composition's step. */
  input: JsonObject | undefined;
  required: JsonObject[];
  /** By resource name. */
  observed: Map<string, JsonObject>;
}

export interface RenderFiles {
  composite: string;
  composition: string;
  functions: string;
  required: string[];
  observed: string | undefined;
}

const FUNCTION = 'function-skillpack';

export function loadRenderInput(files: RenderFiles): RenderInput {
  const composite = loadComposite(files.composite);
  return {
    composite,
    input: loadStepInput(files.composition, files.functions, composite),
    required: files.required.flatMap((path) => loadResources(path)),
    observed: files.observed === undefined ? new Map() : loadObserved(files.observed),
  };
}

function loadComposite(file: string): JsonObject {
  const [composite, ...others] = loadResources(file);
  if (composite === undefined || others.length > 0) {
    const found = [composite ?? [], others].flat().map(({ kind }) => kind);
    throw new Error(`${file} must hold exactly one composite (XR), it has ${found.join(', ') || 'none'}`);
  }
  return composite;
}

/** The input of the one step, after the checks Crossplane's own render makes. */
function loadStepInput(compositionFile: string, functionsFile: string, composite: JsonObject): JsonObject | undefined {
  const [composition] = loadResources(compositionFile);
  if (composition === undefined || composition['kind'] !== 'Composition')
    throw new Error(`${compositionFile} must hold a Composition, it has ${composition?.['kind'] ?? 'nothing'}`);
  for (const field of ['apiVersion', 'kind']) {
    const wanted = textAt(composition, 'spec', 'compositeTypeRef', field);
    const found = textAt(composite, field);
    if (wanted === found) continue;
    const hint = wanted === `X${found}` ? `; ${hintForClaim(found)}` : '';
    throw new Error(`the Composition is for ${field} ${wanted}, but the composite is of ${field} ${found}${hint}`);
  }
  if (textAt(composition, 'spec', 'mode') !== 'Pipeline') throw new Error(`${compositionFile} must have spec.mode: Pipeline`);
  const steps = listAt(composition, 'spec', 'pipeline');
  const names = loadResources(functionsFile).map(nameOf);
  for (const step of steps) {
    const name = textAt(step, 'functionRef', 'name') ?? '';
    if (!names.includes(name))
      throw new Error(`${functionsFile} has no Function ${name}, which step ${textAt(step, 'step')} calls`);
    if (name !== FUNCTION) {
      throw new Error(
        `step ${textAt(step, 'step')} calls ${name}, but this program is ${FUNCTION}: Crossplane's own render runs other functions`,
      );
    }
  }
  if (steps.length !== 1) throw new Error(`${compositionFile} must have exactly one step, it has ${steps.length}`);
  const input = valueAt(steps[0], 'input');
  return isObject(input) ? input : undefined;
}

const hintForClaim = (kind = ''): string =>
  `of a claim render takes the composite: set kind to X${kind}, remove metadata.namespace, and add spec.claimRef with ` +
  'apiVersion, kind, namespace and name of the claim; or, without claims, take the Composition in package/namespaced';

function loadObserved(path: string): Map<string, JsonObject> {
  const observed = new Map<string, JsonObject>();
  for (const resource of loadResources(path)) {
    const name = textAt(resource, 'metadata', 'annotations', RESOURCE_NAME);
    if (name === undefined) throw new Error(`${path}: an observed resource needs the annotation ${RESOURCE_NAME}`);
    observed.set(name, resource);
  }
  return observed;
}

import { render } from '../../../src/cli/preview/render.ts';
import { equal, type JsonObject, objectAt } from '../../../src/kube/json.ts';
import { listExamples, loadOne, readExample } from '../../support/examples.ts';
import { renderByCrossplane } from '../crossplane.ts';
import { must, type Scenario } from '../world.ts';

/** Crossplane takes the names of composed resources that were observed; ours prints none. */
const withoutName = (resource: JsonObject): JsonObject => {
  const { name: _, ...metadata } = objectAt(resource, 'metadata');
  return { ...resource, metadata };
};

export const scenario: Scenario = {
  about: "every example renders with Crossplane's own render as with ours",
  needs: ['crossplane'],
  play: async (world) => {
    const examples = listExamples();
    for (const name of examples) {
      const example = readExample(name);
      const theirs = await renderByCrossplane(world.options, example);
      const { composite, composed } = render(loadOne(example.files), example.now);
      const ours = [composite, ...composed.map(withoutName)];
      const difference = ours.findIndex((resource, index) => !equal(resource, theirs[index] ?? null));
      must(
        difference === -1 && ours.length === theirs.length,
        `${name}: ${JSON.stringify(ours[difference])} is ${JSON.stringify(theirs[difference])} with Crossplane's render`,
      );
    }
    world.measure('examples', examples.length, '');
  },
};

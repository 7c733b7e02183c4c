/**
 * What is shipped: the function as dist/main.cjs, and the command line as dist/cli/skillpack.mjs. Each is one file with everything in it, and
 * beside it the licences of what is in it.
 */
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const SHARED: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  legalComments: 'external',
};

/** @param entry the function, or another server that is measured beside it */
export async function buildFunction(entry = 'src/main.ts', outfile = at('dist/main.cjs')): Promise<void> {
  await build({ ...SHARED, entryPoints: [at(entry)], format: 'cjs', outfile });
}

/** An ES module, whose place in the tree tells where the examples are. Some libraries in it still ask for `require`. */
export async function buildCommand(outfile = at('dist/cli/skillpack.mjs')): Promise<void> {
  const banner =
    "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);";
  await build({ ...SHARED, entryPoints: [at('src/cli/main.ts')], format: 'esm', outfile, banner: { js: banner } });
  chmodSync(outfile, 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await Promise.all([buildFunction(), buildCommand()]);

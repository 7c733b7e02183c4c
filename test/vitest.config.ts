import { defineConfig } from 'vitest/config';

declare module 'vitest' {
  interface ProvidedContext {
    /** Which composites the tests speak of: claims', or namespaced ones. */
    variant: 'claims' | 'namespaced';
  }
}

/** What does not depend on the variant, or says itself which one it means. */
const ONCE = [
  'unit/**',
  'e2e/**',
  'server/**',
  '*{cli,examples,schema,variants}.test.ts',
  'policy/{admission,credentialforms,credentialgrowth,publicpacks}.test.ts',
];

/** What a test does is bounded by count, so that a busy machine fails none; this ends one that hangs. */
const HANGS = 20 * 60_000;

const common = { dir: 'test', testTimeout: HANGS, hookTimeout: HANGS, env: { TLS_SERVER_CERTS_DIR: '' } };

/** Everything about runs and instances holds in both variants. */
export default defineConfig({
  test: {
    passWithNoTests: false,
    allowOnly: false,
    projects: [
      { test: { ...common, name: 'claims', include: ['**/*.test.ts'], provide: { variant: 'claims' } } },
      { test: { ...common, name: 'namespaced', include: ['**/*.test.ts'], exclude: ONCE, provide: { variant: 'namespaced' } } },
    ],
  },
});

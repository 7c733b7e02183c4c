import { defineConfig } from 'vitest/config';

declare module 'vitest' {
  interface ProvidedContext {
    /** Which composites the tests speak of: claims', or namespaced ones. */
    variant: 'claims' | 'namespaced' | 'direct';
  }
}

/** What does not depend on the variant, or says itself which one it means. */
const ONCE = [
  'unit/**',
  'e2e/**',
  'cli/**',
  'server/**',
  'schedule/**',
  '*{architecture,argocd,docs,examples,operate,recorded,schedules,schema,variants}.test.ts',
  'policy/{admission,credentialforms,credentialgrowth,publicpacks}.test.ts',
];

/** Thousands of generated cases, or growth that is measured: what `npm run test:fast` leaves out. */
const SLOW = [
  '{histories,promises,schedules,simulation}.test.ts',
  'policy/{builtin,credentialgrowth,fuzz}.test.ts',
  'unit/patterns.test.ts',
  'server/process.test.ts',
];

/** What a test does is bounded by count, so that a slow machine fails none; this ends one that hangs, and is longer than CI is let run. */
const HANGS = 100 * 60_000;

const common = { dir: 'test', testTimeout: HANGS, hookTimeout: HANGS, env: { TLS_SERVER_CERTS_DIR: '' } };

/** Everything about runs and instances holds in every configuration. */
export default defineConfig(({ mode }) => {
  const slow = mode === 'fast' ? SLOW : [];
  /** About the one configuration. */
  const own = ['run/direct.test.ts'];
  const projects = [
    {
      test: {
        ...common,
        name: 'claims',
        include: ['**/*.test.ts'],
        exclude: [...slow, ...own],
        provide: { variant: 'claims' as const },
      },
    },
    ...(['namespaced', 'direct'] as const).map((variant) => ({
      test: {
        ...common,
        name: variant,
        include: ['**/*.test.ts'],
        exclude: [...ONCE, ...slow, ...(variant === 'direct' ? [] : own)],
        provide: { variant },
      },
    })),
  ];
  return { test: { passWithNoTests: false, allowOnly: false, projects } };
});

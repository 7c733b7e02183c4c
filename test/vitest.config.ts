import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test',
    include: ['**/*.test.ts'],
    passWithNoTests: false,
    allowOnly: false,
    testTimeout: 10_000,
    env: { TLS_SERVER_CERTS_DIR: '' },
  },
});

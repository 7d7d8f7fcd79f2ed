import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/browser/**', 'tests/engines/**'],
    setupFiles: ['tests/helpers/fixed-seed.ts'],
    testTimeout: 30_000,
  },
});

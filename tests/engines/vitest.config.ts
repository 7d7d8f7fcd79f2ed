import { defineConfig } from 'vitest/config';

/** `npm run test:labs`: the lab files that need a real engine. One at a time, because each fills the machine. */
export default defineConfig({
  test: { include: ['tests/engines/*.test.ts'], fileParallelism: false, testTimeout: 330_000, hookTimeout: 330_000 },
});

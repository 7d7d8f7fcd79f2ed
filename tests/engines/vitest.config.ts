import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Where `npm run engines` installs vLLM; VLLM_PYTHON names another Python that has it. */
const installed = resolve(import.meta.dirname, '../../.engines/vllm/venv/bin/python');
const python = process.env['VLLM_PYTHON'] ?? (existsSync(installed) ? installed : undefined);

/** `npm run test:engines` and `test:labs`: what needs a real engine. One file at a time, because each fills the machine. */
export default defineConfig({
  test: {
    include: ['tests/engines/*.test.ts'],
    fileParallelism: false,
    testTimeout: 330_000,
    hookTimeout: 330_000,
    env: python === undefined ? {} : { VLLM_PYTHON: python },
  },
});

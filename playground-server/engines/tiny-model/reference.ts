/* `npm run parity:reference`: writes tests/fixtures/parity/tiny-1.json, what transformers generates from the weights. */
import { requirePython, runPython } from './python.ts';

try {
  await requirePython();
  await runPython('reference.py', ...process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

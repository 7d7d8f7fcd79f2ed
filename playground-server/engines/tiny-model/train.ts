/*
 * `npm run tiny-model:train [-- FOLDER]`: corpus check, tokenizer, training, evaluation, web file and model card, into
 * FOLDER (default .cache/models/tiny-1). A folder that has weights is left alone: published models are never overwritten.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requirePython, runPython } from './python.ts';

const folder = resolve(process.argv[2] ?? '.cache/models/tiny-1');

try {
  if (existsSync(join(folder, 'model.safetensors')))
    throw new Error(`${folder} already holds a model. Name another folder, or remove this one if nobody uses it.`);
  await requirePython();
  await runPython('train.py', '--output', folder);
  await runPython('evaluate.py', '--model', folder);
  await runPython('export.py', '--model', folder);
  console.log(`\n${folder} is complete. To publish it, copy it to public/models/ under a name that is not yet used.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

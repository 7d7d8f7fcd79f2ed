import { checkCalibratedModels } from './check-calibrated-models.ts';
import { checkDigits } from './check-digits.ts';
import { checkTokenStream } from './check-token-stream.ts';
import { requireEqual } from './require-equal.ts';
import type { Settings } from './settings.ts';
import { type TritonClient, tensor } from './triton-client.ts';

/** Any number but 0, which means: no sequence. */
const SEQUENCE = 1;

/** Asks every model of the repository what we know the answer to. Throws an Error that names the first that is wrong, or not checked. */
export async function checkTritonModels(
  client: TritonClient,
  { modelFolder }: Settings,
  onProgress: (model: string) => void,
): Promise<void> {
  const checks = [
    ...checkDigits(client),
    ...checkCalibratedModels(client),
    { model: 'running-total', run: () => checkRunningTotal(client) },
    { model: 'iterative-steps', run: () => checkIterativeSteps(client) },
    { model: 'tiny-lm', run: () => checkTokenStream(client, 'tiny-lm', modelFolder) },
  ];
  const names = new Set(checks.map(({ model }) => model));
  const unchecked = (await client.repositoryIndex()).find(({ name }) => !names.has(name));
  if (unchecked) throw new Error(`Model ${unchecked.name} has no check; add one beside check-triton-models.ts.`);
  for (const { model, run } of checks) {
    onProgress(model);
    await run();
  }
}

async function checkRunningTotal(client: TritonClient): Promise<void> {
  const values = [3, 4, 5];
  const totals: unknown[] = [];
  for (const [index, value] of values.entries()) {
    const parameters = {
      sequence_id: SEQUENCE,
      sequence_start: index === 0,
      sequence_end: index === values.length - 1,
    };
    const outputs = await client.infer('running-total', [tensor('VALUE', 'INT32', [1, 1], [value])], { parameters });
    totals.push(...outputs.get('TOTAL')!.data);
  }
  let sum = 0;
  requireEqual(
    'TOTAL',
    totals,
    values.map((value) => (sum += value)),
  );
}

async function checkIterativeSteps(client: TritonClient): Promise<void> {
  const steps = 3;
  const responses = await client.generateStream('iterative-steps', {
    STEPS: [[steps]],
    sequence_id: SEQUENCE,
    sequence_start: true,
    sequence_end: true,
  });
  requireEqual(
    'STEP',
    responses.map(({ STEP }) => STEP),
    Array.from({ length: steps }, (_, index) => index + 1),
  );
}

import { requireEqual } from './require-equal.ts';
import { type TritonClient, tensor } from './triton-client.ts';

const MODELS = [
  'delay-plain',
  'delay-eager',
  'delay-batched',
  'delay-patient',
  'delay-priority',
  'delay-queue',
  'delay-cached',
  'delay-warm',
  'on-demand',
];

/** Each model must give back what it got, in a batch of one; the cached one must answer the second time from memory. */
export function checkCalibratedModels(client: TritonClient) {
  return MODELS.map((model) => ({
    model,
    run: async () => {
      const value = 0.5; // exact in FP32
      const ask = () => client.infer(model, [tensor('X', 'FP32', [1, 1], [value])]);
      const first = await ask();
      requireEqual('Y', first.get('Y')!.data, [value]);
      requireEqual('BATCH_SIZE', first.get('BATCH_SIZE')!.data, [1]);
      if (model !== 'delay-cached') return;
      const startOf = (outputs: typeof first) => outputs.get('STARTED_US')!.data;
      requireEqual('STARTED_US of the second answer', startOf(await ask()), startOf(first));
    },
  }));
}

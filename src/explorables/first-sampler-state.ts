import { readFileSync, statSync } from 'node:fs';
import { Engine } from '#engine/engine.ts';
import type { NextToken } from '#engine/engine-messages.ts';
import { parseModelFile } from '#engine/model-file.ts';
import { samplingOf } from '#experiments/sampling-parameters.ts';
import { defaultParameters } from '#playground/parameter-url.ts';
import { type SamplerStages, sampleInStages } from './sampler-stages.ts';
import { SHOWN_CANDIDATES, randomOf, samplerParameters } from './sampler-state.ts';

let engine: { file: string; loaded: Engine } | undefined;

/**
 * Build time: the real engine's first draw after a prompt, with every control at its default: what a page shows without
 * scripts and before the engine is loaded. Undefined where the model file is absent.
 */
export function firstSamplerState(
  modelFile: string,
  prompt: string,
): { stages: SamplerStages; texts: NextToken['texts'] } | undefined {
  if (!statSync(modelFile, { throwIfNoEntry: false })) return undefined;
  if (engine?.file !== modelFile) {
    const { buffer } = new Uint8Array(readFileSync(modelFile));
    engine = { file: modelFile, loaded: new Engine(parseModelFile(buffer)) };
  }
  const parameters = defaultParameters(samplerParameters);
  const { logits, texts } = engine.loaded.readNextToken(prompt);
  const stages = sampleInStages(logits, samplingOf(parameters), randomOf(parameters, 0), SHOWN_CANDIDATES);
  return { stages, texts };
}

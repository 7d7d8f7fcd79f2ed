import type { Parameters } from '#contract/run-request.ts';
import { samplingParameters } from '#experiments/sampling-parameters.ts';
import { seededRandom } from '#experiments/seeded-random.ts';
import type { PageParameter } from '#playground/parameter-url.ts';

/** Candidates the table lists. */
export const SHOWN_CANDIDATES = 8;
/** An answer of this length fits any context with any prompt the page accepts. */
export const MAX_ANSWER_TOKENS = 64;

/** Prompts that each make one point; the words of a prompt are the key `explorable.sampler.prompt.<id>`. */
export const PRESETS = ['open', 'certain', 'outside'] as const;

/** Enough that each of the filters can be seen to do something. */
const DEFAULTS: Partial<Record<string, number>> = { temperature: 0.8, topP: 0.9 };

/** What a reader can set, and so what stands in the URL. `prompt` is empty while a preset is used. */
export const samplerParameters: readonly PageParameter[] = [
  { kind: 'choice', name: 'preset', default: PRESETS[0], values: PRESETS },
  { kind: 'text', name: 'prompt', default: '', maxBytes: 240, optional: true },
  ...samplingParameters.map((parameter) => ({ ...parameter, default: DEFAULTS[parameter.name] ?? parameter.default })),
  { kind: 'text', name: 'answer', default: '', maxBytes: 400, optional: true },
];

/** Token ids in the URL. Input -> output: `12-7` -> [12, 7]; anything else, or too many, -> []. */
export function parseAnswer(text: string, vocabularySize: number): number[] {
  if (!/^\d+(-\d+)*$/.test(text)) return [];
  const ids = text.split('-').map(Number);
  return ids.length <= MAX_ANSWER_TOKENS && ids.every((id) => id < vocabularySize) ? ids : [];
}

/** The random number that draws the token after `drawn` others: the engine takes one a token from the seed's stream. */
export function randomOf(parameters: Parameters, drawn: number): number {
  const random = seededRandom(Number(parameters['seed']));
  for (let skipped = 0; skipped < drawn; skipped++) random();
  return random();
}

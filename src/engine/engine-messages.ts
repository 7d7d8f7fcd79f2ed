import type { Problem } from '#contract/problem.ts';
import type { Alternative, EndReason, Usage } from '#contract/run-event.ts';
import type { GenerateCall } from '#experiments/experiment.ts';

type ProblemWithoutRequest = Omit<Problem, 'requestId'>;

/** Page or server -> engine. `id` is chosen by the sender and comes back in every message that answers it. */
export type EngineCommand =
  | { type: 'call'; id: number; call: GenerateCall }
  | { type: 'abort'; id: number }
  | { type: 'logits'; id: number; prompt: string; answerIds: readonly number[] };

/** Engine -> page or server. The first is `ready` when the model is loaded, or `broken` when it cannot be. */
export type EngineMessage =
  | { type: 'ready' }
  | { type: 'broken'; problem: ProblemWithoutRequest }
  | { type: 'token'; id: number; text: string; tokenCount: number; alternatives?: Alternative[] }
  | { type: 'ended'; id: number; reason: EndReason; usage: Usage }
  | { type: 'logits'; id: number; next: NextToken }
  | { type: 'problem'; id: number; problem: ProblemWithoutRequest };

/** What may follow a prompt: logits [vocabulary], and the text of every token by id. */
export interface NextToken {
  logits: Float32Array;
  texts: string[];
}

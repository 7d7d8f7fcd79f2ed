import type { ParameterValue, Parameters, UpstreamKind } from '#contract/run-request.ts';
import { ProblemError, describeReceived } from '#contract/problem-error.ts';
import { DRAWING_CHARACTERS, decodeDrawing } from './drawing.ts';
import type { InferCall, TensorTransport } from './infer-call.ts';
import type { RepositoryCall } from './repository-call.ts';

interface DeclaredBase {
  /** key of the label in content/i18n: `parameter.<name>` */
  name: string;
}
export interface NumberParameter extends DeclaredBase {
  kind: 'number';
  default: number;
  min: number;
  max: number;
  step: number;
  /** key of the unit in content/i18n, absent for plain numbers */
  unit?: 'tokens' | 'requestsPerSecond';
  /** input control; a range slider unless given */
  control?: 'field';
}
export interface TextParameter extends DeclaredBase {
  kind: 'text';
  /** one default per language: the page shows the reader's, the server takes en */
  default: { en: string; 'zh-TW': string };
  maxBytes: number;
}
export interface ChoiceParameter extends DeclaredBase {
  kind: 'choice';
  default: string;
  /** values; labels are content/i18n `choice.<name>.<value>` */
  values: readonly string[];
}
/** A picture that the reader draws, as drawing.ts writes it. */
export interface DrawingParameter extends DeclaredBase {
  kind: 'drawing';
  default: string;
}
export type DeclaredParameter = NumberParameter | TextParameter | ChoiceParameter | DrawingParameter;

export type PlotKind =
  | 'token-timeline'
  | 'token-alternatives'
  | 'request-lanes'
  | 'throughput-latency'
  | 'inference-lanes'
  | 'batch-sizes'
  | 'rate-latency'
  | 'steps'
  | 'probabilities'
  | 'wire-messages'
  | 'track-timelines'
  | 'wait-compute';

/** How a token is drawn from the logits. Units and meaning: vLLM's SamplingParams of the same names, in snake case. */
export interface SamplingOptions {
  /** 0 = greedy */
  temperature: number;
  /** 1 = off; smallest set whose probabilities sum to at least topP */
  topP: number;
  /** 0 = off */
  topK: number;
  /** 0 = off; drop tokens below minP x the largest probability */
  minP: number;
  seed: number;
}

/** When a call is made, and on what. */
export interface CallPlace {
  /** milliseconds after the run started, at the earliest; calls are issued in this order */
  startAtMs: number;
  /** index of an earlier call that must have ended before; so a client in a closed loop sends its next request */
  after?: number;
  /** index of the point in a sweep */
  point?: number;
  /** which engine of a run on several; the run's first unless given */
  upstream?: UpstreamKind;
}

/** A text to be written, token by token. */
export interface GenerateCall extends CallPlace {
  kind: 'generate';
  /** the user's turn; the engine's own chat template is put around it */
  prompt: string;
  maxTokens: number;
  sampling: SamplingOptions;
  /** how many candidates each token event carries; 0 = none */
  alternatives: number;
}

/** One call that a run makes. */
export type PlannedCall = GenerateCall | InferCall | RepositoryCall;

/** What an engine with the course's model repository must have. */
export interface ExperimentNeeds {
  /** loaded now */
  models: readonly string[];
  transports?: readonly TensorTransport[];
}

export interface Experiment {
  id: string;
  track: 'vllm' | 'triton' | 'both';
  upstreams: readonly UpstreamKind[];
  /** one run uses all of `upstreams` side by side, not one of them */
  together?: true;
  needs?: ExperimentNeeds;
  /** may the tiny engine in the reader's browser run it? */
  browser: boolean;
  /** the simulator that stands in where no engine can be had */
  simulator?: 'dynamic-batcher';
  parameters: readonly DeclaredParameter[];
  plots: readonly PlotKind[];
  /** Pure: the same parameters give the same calls, on the server and in the browser. */
  plan(parameters: Parameters): PlannedCall[];
}

/**
 * Parameters of a request -> parameters of a run, defaults filled in.
 * Throws a ProblemError that names the parameter, the allowed range and the received value.
 */
export function checkParameters(experiment: Experiment, received: Parameters): Parameters {
  const declared = new Map(experiment.parameters.map((parameter) => [parameter.name, parameter]));
  for (const name of Object.keys(received)) {
    if (!declared.has(name))
      throw new ProblemError({
        code: 'invalid_argument',
        reason: 'parameter_unknown',
        details: { parameter: describeReceived(name), allowed: [...declared.keys()].join(', ') },
      });
  }
  return Object.fromEntries(
    experiment.parameters.map((parameter) => [parameter.name, checkOne(parameter, received[parameter.name])]),
  );
}

function checkOne(parameter: DeclaredParameter, value: ParameterValue | undefined): ParameterValue {
  const refuse = (reason: 'parameter_wrong_type' | 'parameter_out_of_range' | 'parameter_too_long', allowed: string) =>
    new ProblemError({
      code: 'invalid_argument',
      reason,
      details: { parameter: parameter.name, allowed, received: describeReceived(value) },
    });
  switch (parameter.kind) {
    case 'number': {
      const allowed = `${parameter.min} to ${parameter.max}`;
      if (value === undefined) return parameter.default;
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw refuse('parameter_wrong_type', `number, ${allowed}`);
      if (value < parameter.min || value > parameter.max) throw refuse('parameter_out_of_range', allowed);
      if (Number.isInteger(parameter.step) && !Number.isInteger(value))
        throw refuse('parameter_wrong_type', `whole number, ${allowed}`);
      return value;
    }
    case 'text': {
      const allowed = `text, 1 to ${parameter.maxBytes} bytes of UTF-8`;
      if (value === undefined) return parameter.default.en;
      if (typeof value !== 'string') throw refuse('parameter_wrong_type', allowed);
      const bytes = new TextEncoder().encode(value).length;
      if (bytes > parameter.maxBytes) throw refuse('parameter_too_long', allowed);
      if (value.trim() === '') throw refuse('parameter_out_of_range', allowed);
      return value;
    }
    case 'choice': {
      if (value === undefined) return parameter.default;
      if (typeof value !== 'string') throw refuse('parameter_wrong_type', parameter.values.join(', '));
      if (!parameter.values.includes(value)) throw refuse('parameter_out_of_range', parameter.values.join(', '));
      return value;
    }
    case 'drawing': {
      const allowed = `a drawing: ${DRAWING_CHARACTERS} characters of base64url`;
      if (value === undefined) return parameter.default;
      if (typeof value !== 'string') throw refuse('parameter_wrong_type', allowed);
      if (decodeDrawing(value) === undefined) throw refuse('parameter_out_of_range', allowed);
      return value;
    }
    default:
      return parameter satisfies never;
  }
}

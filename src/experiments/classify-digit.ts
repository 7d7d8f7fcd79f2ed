import { drawDigit } from './digit-drawings.ts';
import type { Experiment } from './experiment.ts';
import type { InferCall, TensorTransport } from './infer-call.ts';

const TRANSPORTS: readonly TensorTransport[] = ['http-json', 'http-binary'];

/** A drawing to a chain of two models: once as JSON, once as bytes. */
export const classifyDigit: Experiment = {
  id: 'classify-digit',
  track: 'triton',
  upstreams: ['triton'],
  needs: { models: ['digits-pipeline'], transports: TRANSPORTS },
  browser: false,
  parameters: [{ kind: 'drawing', name: 'drawing', default: drawDigit(3) }],
  plots: ['probabilities', 'wire-messages'],
  plan: (parameters) =>
    TRANSPORTS.map((transport, at): InferCall => ({
      kind: 'infer',
      startAtMs: 0,
      ...(at > 0 && { after: at - 1 }),
      model: 'digits-pipeline',
      input: { kind: 'drawing', drawing: String(parameters['drawing']) },
      transport,
      showWire: true,
    })),
};

import type { WireMessage } from './wire.ts';
import type { Tensor } from './tensor.ts';

/** One unary inference, whatever the transport. */
export interface InferRequest {
  model: string;
  /** the model's own choice unless given */
  version?: number;
  inputs: readonly Tensor[];
  /** all of the model's outputs unless given */
  outputs?: readonly string[];
  /** Triton's request parameters: priority, timeout (microseconds), sequence_id, ... */
  parameters?: Readonly<Record<string, number | string | boolean>>;
}

export interface InferAnswer {
  modelVersion: string;
  outputs: ReadonlyMap<string, Tensor>;
  /** bytes of the message on the wire, without the transport's headers */
  requestBytes: number;
  responseBytes: number;
  /** the messages themselves, over HTTP */
  wire?: { sent: WireMessage; received: WireMessage };
}

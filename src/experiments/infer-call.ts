import type { CallPlace } from './experiment.ts';

/** How tensors travel: as JSON text, as bytes after a JSON header, or in gRPC messages. */
export type TensorTransport = 'http-json' | 'http-binary' | 'grpc';

/** What a model is given. The server makes the tensors; a page never sends one. */
export type InferInput =
  | { kind: 'number'; value: number }
  /** a picture of this digit from the test set of the classifier */
  | { kind: 'known-digit'; digit: number }
  /** as drawing.ts writes it */
  | { kind: 'drawing'; drawing: string };

/** One question to a model that answers once. */
export interface InferCall extends CallPlace {
  kind: 'infer';
  /** name in the course's model repository */
  model: string;
  /** the model's own choice unless given */
  version?: number;
  input: InferInput;
  /** the server's choice unless given */
  transport?: TensorTransport;
  /** tell the messages on the wire too, cut short */
  showWire?: true;
}

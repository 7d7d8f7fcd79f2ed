import type { InferRequest } from './inference.ts';
import { type Tensor, decodeTensor, encodeTensor } from './tensor.ts';
import { Fault, engineFailed } from './upstream-problem.ts';

/* Messages of kserve-v2.proto. All tensors travel raw: the protocol wants all or none that way, in the order of the list. */

interface GrpcTensor {
  name: string;
  datatype: string;
  shape: readonly number[];
}
export interface GrpcParameter {
  bool_param?: boolean;
  int64_param?: number;
  double_param?: number;
  string_param?: string;
}
export interface GrpcRequest {
  model_name: string;
  model_version: string;
  parameters: Record<string, GrpcParameter>;
  inputs: GrpcTensor[];
  outputs: { name: string }[];
  raw_input_contents: Uint8Array[];
}
export interface GrpcAnswer {
  model_version: string;
  parameters: Record<string, GrpcParameter>;
  outputs: GrpcTensor[];
  raw_output_contents: Uint8Array[];
}
export interface GrpcStreamAnswer {
  error_message: string;
  infer_response: GrpcAnswer | null;
}

/** Request -> message, with further parameters of the protocol. */
export function toGrpc(request: InferRequest, parameters: Record<string, GrpcParameter> = {}): GrpcRequest {
  const given = Object.entries(request.parameters ?? {}).map(([name, value]) => [name, toParameter(value)] as const);
  return {
    model_name: request.model,
    model_version: request.version === undefined ? '' : String(request.version),
    parameters: { ...Object.fromEntries(given), ...parameters },
    inputs: request.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    outputs: (request.outputs ?? []).map((name) => ({ name })),
    raw_input_contents: request.inputs.map(encodeTensor),
  };
}

/** Message -> outputs by name. Throws engine_failed when a tensor is not what it is said to be. */
export function fromGrpc({ outputs, raw_output_contents }: GrpcAnswer): ReadonlyMap<string, Tensor> {
  if (outputs.length !== raw_output_contents.length) throw engineFailed(new Fault('outputs without their bytes'));
  return new Map(
    outputs.map(({ name, datatype, shape }, index) => [
      name,
      decodeTensor(name, datatype, shape, raw_output_contents[index]!),
    ]),
  );
}

function toParameter(value: number | string | boolean): GrpcParameter {
  if (typeof value === 'boolean') return { bool_param: value };
  if (typeof value === 'string') return { string_param: value };
  return Number.isSafeInteger(value) ? { int64_param: value } : { double_param: value };
}

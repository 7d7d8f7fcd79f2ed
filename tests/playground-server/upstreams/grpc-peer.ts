import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { onTestFinished } from 'vitest';
import type { GrpcAnswer, GrpcRequest, GrpcStreamAnswer } from '../../../playground-server/upstreams/infer-grpc.ts';
import { encodeTensor, numberTensor, textTensor } from '../../../playground-server/upstreams/tensor.ts';

export type StreamCall = grpc.ServerDuplexStream<GrpcRequest, Partial<GrpcStreamAnswer>>;
export type UnaryCall = grpc.ServerUnaryCall<GrpcRequest, GrpcAnswer>;

export interface GrpcPeerScript {
  stream?: (call: StreamCall, request: GrpcRequest) => void;
  infer?: (request: GrpcRequest, callback: grpc.sendUnaryData<GrpcAnswer>, call: UnaryCall) => void;
  ready?: boolean;
}
export interface GrpcPeer {
  target: string;
  requests: GrpcRequest[];
  server: grpc.Server;
}

const proto = loadSync(join(process.cwd(), 'playground-server/upstreams/kserve-v2.proto'), {
  keepCase: true,
  longs: Number,
  defaults: true,
  oneofs: true,
})['inference.GRPCInferenceService'] as grpc.ServiceDefinition;

/** A gRPC server that answers inference as it is told. Closed when the test ends. */
export async function startGrpcPeer({ stream, infer, ready = true }: GrpcPeerScript): Promise<GrpcPeer> {
  const server = new grpc.Server();
  const requests: GrpcRequest[] = [];
  server.addService(proto, {
    ServerMetadata: (_call: unknown, callback: grpc.sendUnaryData<object>) =>
      callback(null, { name: 'triton', version: '2.99.0' }),
    ModelReady: (_call: unknown, callback: grpc.sendUnaryData<object>) => callback(null, { ready }),
    ModelInfer: (call: UnaryCall, callback: grpc.sendUnaryData<GrpcAnswer>) => {
      requests.push(call.request);
      infer?.(call.request, callback, call);
    },
    ModelStreamInfer: (call: StreamCall) => {
      call.on('error', () => undefined);
      call.on('data', (request: GrpcRequest) => {
        requests.push(request);
        stream?.(call, request);
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  onTestFinished(() => server.forceShutdown());
  return { target: `127.0.0.1:${port}`, requests, server };
}

/** One response of tiny-lm. `finish` makes it the last, with Triton's mark. */
export function tinyLmResponse(text: string, finish = '', tokenCount = 1): Partial<GrpcStreamAnswer> {
  const outputs = [
    textTensor('TEXT', [text]),
    numberTensor('TOKEN_ID', 'INT32', [7]),
    numberTensor('TOKEN_COUNT', 'INT32', [tokenCount]),
    numberTensor('PROMPT_TOKENS', 'INT32', [5]),
    textTensor('FINISH_REASON', [finish]),
  ];
  return {
    infer_response: {
      model_version: '1',
      parameters: { triton_final_response: { bool_param: finish !== '' } },
      outputs: outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
      raw_output_contents: outputs.map(encodeTensor),
    },
  };
}

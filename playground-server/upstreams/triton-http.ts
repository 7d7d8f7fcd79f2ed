import * as z from 'zod/mini';
import { postForEvents } from './event-request.ts';
import type { HttpPool } from './http-pool.ts';
import type { InferAnswer, InferRequest } from './inference.ts';
import { parseInferJson, toInferJson } from './infer-json.ts';
import { parseBody } from './parse-body.ts';
import { Patience } from './patience.ts';
import { decodeTensor, encodeTensor } from './tensor.ts';
import { RepositoryIndex } from './triton-repository.ts';
import { TritonStatistics } from './triton-statistics.ts';
import type { UpstreamLimits } from './upstream-limits.ts';
import { Fault, engineFailed, streamBroken } from './upstream-problem.ts';

/** The header that says how many bytes of JSON stand before the tensors. */
const JSON_LENGTH = 'inference-header-content-length';
/** What JSON around tensors may add; and small JSON answers of the server. */
const HEADER_BYTES = 65_536;
/** Larger tensors as JSON would hold up every stream: 588 KiB take 6 ms. */
const JSON_TENSOR_BYTES = 65_536;
/** A number of one byte may take this many as JSON. */
const JSON_GROWTH = 16;
const HEALTH_MS = 2000;

const BinaryOutput = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number()),
  parameters: z.object({ binary_data_size: z.number() }),
});
const BinaryAnswer = z.object({ model_version: z.string(), outputs: z.array(BinaryOutput) });
const Metadata = z.object({ version: z.string() });
const StreamError = z.object({ error: z.unknown() });

/** Triton's HTTP protocol. Every method rejects with a ProblemError. */
export class TritonHttp {
  readonly #pool: HttpPool;
  readonly #limits: UpstreamLimits;

  constructor(pool: HttpPool, limits: UpstreamLimits) {
    this.#pool = pool;
    this.#limits = limits;
  }

  /** The server's version. Rejects unless the server and this model are ready. */
  async identify(model: string): Promise<string> {
    const [body] = await Promise.all([this.#get('/v2'), this.requireReady(model)]);
    return parseBody(Metadata, body).version;
  }

  /** Rejects unless the model can answer. */
  async requireReady(model: string): Promise<void> {
    await this.#get(`/v2/models/${model}/ready`);
  }

  /** The models in the repository, whether they are loaded or not. */
  async repositoryIndex(signal: AbortSignal): Promise<z.infer<typeof RepositoryIndex>> {
    return parseBody(RepositoryIndex, await this.#postSmall('/v2/repository/index', {}, signal));
  }

  /** Loads a model, or loads it again; with `config` instead of its config.pbtxt. Resolves when it is ready. */
  async loadModel(name: string, config: Record<string, unknown> | undefined, signal: AbortSignal): Promise<void> {
    const parameters = config && { config: JSON.stringify(config) };
    await this.#postSmall(`/v2/repository/models/${name}/load`, { ...(parameters && { parameters }) }, signal);
  }

  /** Resolves when the server has taken the order; requests under way are answered before the model is gone. */
  async unloadModel(name: string, signal: AbortSignal): Promise<void> {
    await this.#postSmall(`/v2/repository/models/${name}/unload`, {}, signal);
  }

  /** The configuration of a loaded model, as Triton completed it. */
  async modelConfig(name: string): Promise<Record<string, unknown>> {
    return parseBody(z.record(z.string(), z.unknown()), await this.#get(`/v2/models/${name}/config`));
  }

  /** What the server has counted for a model. */
  async statistics(model: string): Promise<TritonStatistics> {
    return parseBody(TritonStatistics, await this.#get(`/v2/models/${model}/stats`));
  }

  /** Tensors as JSON: easy to read, several times as large, and without FP16 and BF16. */
  async inferJson(request: InferRequest, signal: AbortSignal): Promise<InferAnswer> {
    if (sizeOf(request) > JSON_TENSOR_BYTES) throw engineFailed(new Fault('tensors too large for JSON'));
    const body = Buffer.from(JSON.stringify(toInferJson(request)));
    const [answer, headers] = await this.#post(request, body, {}, JSON_TENSOR_BYTES * JSON_GROWTH, signal);
    const sent = { headers: { 'content-type': 'application/json' }, body };
    return {
      wire: { sent, received: { headers, body: answer } },
      ...parseInferJson(parseBody(z.unknown(), answer)),
      requestBytes: body.length,
      responseBytes: answer.length,
    };
  }

  /** Tensors as bytes after a JSON header: Triton's binary tensor data extension. */
  async inferBinary(request: InferRequest, signal: AbortSignal): Promise<InferAnswer> {
    if (sizeOf(request) > this.#limits.tensorBytes) throw engineFailed(new Fault('tensors too large'));
    const tensors = request.inputs.map(encodeTensor);
    const json = Buffer.from(
      JSON.stringify({
        inputs: request.inputs.map(({ name, datatype, shape }, index) => ({
          name,
          datatype,
          shape,
          parameters: { binary_data_size: tensors[index]!.length },
        })),
        ...(request.outputs && {
          outputs: request.outputs.map((name) => ({ name, parameters: { binary_data: true } })),
        }),
        parameters: { ...request.parameters, binary_data_output: true },
      }),
    );
    const body = Buffer.concat([json, ...tensors]);
    const headers = { 'content-type': 'application/octet-stream', [JSON_LENGTH]: String(json.length) };
    const maxBytes = this.#limits.tensorBytes + HEADER_BYTES;
    const [answer, head] = await this.#post(request, body, headers, maxBytes, signal);
    const length = Number(head[JSON_LENGTH]);
    if (!(length <= answer.length)) throw engineFailed(new Fault('answer without binary tensors'));
    const { model_version, outputs } = parseBody(BinaryAnswer, answer.subarray(0, length));
    let at = length;
    const decoded = outputs.map(({ name, datatype, shape, parameters: { binary_data_size } }) => {
      const bytes = answer.subarray(at, (at += binary_data_size));
      return [name, decodeTensor(name, datatype, shape, bytes)] as const;
    });
    return {
      wire: { sent: { headers, body }, received: { headers: head, body: answer } },
      modelVersion: model_version,
      outputs: new Map(decoded),
      requestBytes: body.length,
      responseBytes: answer.length,
    };
  }

  /** The responses of a decoupled model through `generate_stream`: objects of output name -> value; one-element tensors are plain values. */
  async *generateStream(
    model: string,
    inputs: Record<string, unknown>,
    patience: Patience,
    signal: AbortSignal,
  ): AsyncGenerator<Record<string, unknown>, void, undefined> {
    const path = `/v2/models/${model}/generate_stream`;
    const options = { pool: this.#pool, path, body: inputs, patience, limits: this.#limits, signal };
    for await (const data of postForEvents(options)) {
      const response = parseObject(data);
      // After the first response errors come this way, with status 200.
      if (StreamError.safeParse(response).success) throw engineFailed(new Fault('error within the stream'));
      yield response;
    }
  }

  async #get(path: string): Promise<Buffer> {
    const patience = new Patience({ firstTokenMs: HEALTH_MS, betweenTokensMs: HEALTH_MS });
    const [body] = await this.#pool.fetch({ method: 'GET', path, headers: {} }, { maxBytes: HEADER_BYTES, patience });
    return body;
  }

  async #postSmall(path: string, body: object, signal: AbortSignal): Promise<Buffer> {
    const request = {
      method: 'POST' as const,
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const patience = new Patience(this.#limits);
    const [answer] = await this.#pool.fetch(request, { maxBytes: HEADER_BYTES, patience, signal });
    return answer;
  }

  async #post(
    { model, version }: InferRequest,
    body: Buffer,
    headers: Record<string, string>,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<[Buffer, Record<string, unknown>]> {
    const path = `/v2/models/${model}${version === undefined ? '' : `/versions/${version}`}/infer`;
    const request = {
      method: 'POST' as const,
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body,
    };
    const [answer, head] = await this.#pool.fetch(request, { maxBytes, patience: new Patience(this.#limits), signal });
    return [answer, head.headers];
  }
}

/** Bytes of all input tensors. */
function sizeOf({ inputs }: InferRequest): number {
  return inputs.reduce((sum, tensor) => sum + encodeTensor(tensor).length, 0);
}

function parseObject(data: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(data));
  } catch {
    throw streamBroken(new Fault('not a JSON object'));
  }
}

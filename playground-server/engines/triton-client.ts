import * as z from 'zod/mini';

const Tensor = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number()),
  data: z.array(z.union([z.number(), z.string()])),
});
/** One tensor in Triton's JSON. `datatype` as in the protocol: FP32, INT32, UINT8, BYTES (text), ... */
export type Tensor = z.infer<typeof Tensor>;

const InferAnswer = z.object({ outputs: z.array(Tensor) });
const Metadata = z.object({ version: z.string() });
const ModelState = z.object({
  name: z.string(),
  version: z.optional(z.string()),
  state: z.optional(z.string()),
  reason: z.optional(z.string()),
});

export type ModelState = z.infer<typeof ModelState>;

export interface InferOptions {
  version?: number;
  /** request parameters: sequence_id, sequence_start, sequence_end, priority, timeout (microseconds) */
  parameters?: Record<string, number | boolean>;
}

/** What Triton answers instead of a result; the message is its own. */
export class TritonError extends Error {
  override readonly name = 'TritonError';
}

/** The few calls that starting and checking Triton needs, over HTTP and JSON. Every method throws a TritonError, or fetch's TypeError when nothing listens. */
export class TritonClient {
  readonly #url: string;
  readonly #signal: AbortSignal;

  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  async metadata(): Promise<z.infer<typeof Metadata>> {
    return Metadata.parse(await (await this.#send('/v2')).json());
  }

  /** All models in the repository; one without a state has a configuration that Triton could not read. */
  async repositoryIndex(): Promise<ModelState[]> {
    return z.array(ModelState).parse(await (await this.#send('/v2/repository/index', {})).json());
  }

  /** One inference -> its outputs by name. */
  async infer(model: string, inputs: readonly Tensor[], options: InferOptions = {}): Promise<Map<string, Tensor>> {
    const version = options.version === undefined ? '' : `/versions/${options.version}`;
    const body = { inputs, ...(options.parameters && { parameters: options.parameters }) };
    const answer = await this.#send(`/v2/models/${model}${version}/infer`, body);
    const { outputs } = InferAnswer.parse(await answer.json());
    return new Map(outputs.map((output) => [output.name, output]));
  }

  /** The responses of a decoupled model, each as Triton's JSON object of output name -> value. */
  async generateStream(model: string, body: Record<string, unknown>): Promise<Record<string, unknown>[]> {
    const answer = await this.#send(`/v2/models/${model}/generate_stream`, body);
    const events = (await answer.text()).split('\n\n').filter((event) => event.startsWith('data: '));
    return events.map((event) => {
      const response = JSON.parse(event.slice('data: '.length)) as Record<string, unknown>;
      // An error after the first response comes with status 200.
      if (typeof response['error'] === 'string') throw new TritonError(response['error']);
      return response;
    });
  }

  async #send(path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(this.#url + path, {
      signal: this.#signal,
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new TritonError(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}

/** Values -> an FP32, INT32, UINT8 or BYTES tensor of the shape. */
export function tensor(name: string, datatype: string, shape: number[], data: (number | string)[]): Tensor {
  return { name, datatype, shape, data };
}

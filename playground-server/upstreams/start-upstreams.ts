import type { Config } from '../config.ts';
import { type RunningEngine, readRunningEngines } from '../engines/running-engines.ts';
import type { Log } from '../telemetry/log.ts';
import { startEmbedded } from './embedded.ts';
import { type TritonOptions, TritonUpstream } from './triton.ts';
import type { Upstream } from './upstream.ts';
import { type VllmOptions, VllmUpstream } from './vllm.ts';

/** What `npm run engines` starts are builds for a CPU. */
const STARTED_HERE = 'CPU (server)';
const UNKNOWN_DEVICE = 'device not stated';

/**
 * The engines behind the server: the embedded one, which is always there, and vLLM and Triton where settings name them, or
 * else `npm run engines` has started them. Rejects when the embedded one does not start; the others may come up later.
 */
export async function startUpstreams(config: Config, log: Log): Promise<readonly Upstream[]> {
  const running = readRunningEngines(config.enginesDir);
  const vllm = vllmOptions(config, running);
  const triton = tritonOptions(config, running);
  const others = [
    ...(vllm ? [new VllmUpstream({ ...vllm, limits: config.upstreamLimits, log })] : []),
    ...(triton ? [new TritonUpstream({ ...triton, limits: config.upstreamLimits, log })] : []),
  ];
  // Asked once, so that whoever starts the server reads versions and what does not answer.
  const [embedded] = await Promise.all([
    startEmbedded({ modelFile: config.modelFile, log }),
    ...others.map((upstream) => upstream.reachable()),
  ]);
  return [...others, embedded];
}

type Chosen<Options> = Omit<Options, 'limits' | 'log'> | undefined;

/** Which vLLM to use; undefined for none. */
export function vllmOptions({ vllm }: Config, running: readonly RunningEngine[]): Chosen<VllmOptions> {
  const { model, apiKey, device } = vllm;
  if (vllm.url) return { url: vllm.url, model, apiKey, device: device ?? UNKNOWN_DEVICE };
  const url = running.find(({ id }) => id === 'vllm')?.urls['http'];
  return url === undefined ? undefined : { url: new URL(url), model, apiKey, device: device ?? STARTED_HERE };
}

/** Which Triton to use; undefined for none. */
export function tritonOptions({ triton }: Config, running: readonly RunningEngine[]): Chosen<TritonOptions> {
  const { httpUrl, grpcAddress, device } = triton;
  const model = triton.model ?? 'tiny-lm';
  if (httpUrl || grpcAddress) return { httpUrl, grpcAddress, model, device: device ?? UNKNOWN_DEVICE };
  // Of the two that may run, the one with the course's models; the other one's only model is vLLM itself.
  const started = running.find(({ id }) => id === 'triton') ?? running.find(({ id }) => id === 'triton-llm');
  if (!started) return undefined;
  const { http, grpc } = started.urls;
  return {
    httpUrl: http === undefined ? undefined : new URL(http),
    grpcAddress: grpc === undefined ? undefined : { target: grpc, tls: false },
    model: started.id === 'triton-llm' ? (triton.model ?? 'llm') : model,
    device: device ?? STARTED_HERE,
  };
}

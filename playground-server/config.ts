import { resolve } from 'node:path';
import * as z from 'zod';
import type { UpstreamLimits } from './upstreams/upstream-limits.ts';

const projectRoot = resolve(import.meta.dirname, '..');

/** Text of one environment variable -> a whole number. */
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be ${min} to ${max}`);

const milliseconds = wholeNumber(1, 3_600_000);
const pathFromRoot = z.string().transform((path) => resolve(projectRoot, path));

/** "https://a.example, http://b.example:8080" -> its origins, each exactly as a browser sends it. */
const origins = z.string().transform((list, context) => {
  const found = list.split(/[\s,]+/).filter((origin) => origin !== '');
  for (const origin of found) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      context.addIssue(`"${origin}" is not an origin; write scheme, host and port only, e.g. https://course.example`);
  }
  return new Set(found);
});

/** "http://gpu:8000" or "https://host/path" -> where an engine's HTTP API begins. */
const engineUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === '') return url;
  context.addIssue('must be an http or https address without user name, query or fragment, e.g. http://localhost:8000');
  return z.NEVER;
});

/** "localhost:8001" or "https://host:8001" -> where a gRPC server listens, and whether it speaks TLS. */
const grpcAddress = z.string().transform((text, context) => {
  const found = /^(?:(grpc|http|https):\/\/)?((?:[\w.-]+|\[[\da-f:]+\]):\d{1,5})\/?$/i.exec(text);
  if (found) return { target: found[2]!, tls: found[1]?.toLowerCase() === 'https' };
  context.addIssue('must be a host and a port, e.g. localhost:8001, or https://host:8001 for TLS');
  return z.NEVER;
});

/** Every variable the server reads. Values chosen without a measurement say so. */
const Environment = z
  .object({
    PORT: wholeNumber(0, 65_535).default(4321),
    /** Only this machine unless told otherwise: a learner's laptop should not serve the café. */
    HOST: z.string().default('127.0.0.1'),
    SITE_DIR: pathFromRoot.prefault('dist'),
    MODEL_FILE: pathFromRoot.prefault('public/models/tiny-1/tiny-1.web.safetensors'),
    ALLOWED_ORIGINS: origins.prefault(''),

    /** A RunRequest is small. */
    BODY_BYTES: wholeNumber(1024, 1_048_576).default(65_536),
    HEADER_BYTES: wholeNumber(1024, 65_536).default(8192),
    HEADER_COUNT: wholeNumber(10, 200).default(50),
    /** Node allows 60 s and 300 s: too long a time for a client that sends one byte at a time. */
    HEADERS_TIMEOUT_MS: milliseconds.default(10_000),
    REQUEST_TIMEOUT_MS: milliseconds.default(15_000),
    /** Node looks every 30 s, which would make the two above coarse. */
    CONNECTIONS_CHECKING_INTERVAL_MS: milliseconds.default(2000),
    /** Not measured: an idle connection costs about 11 KiB. */
    MAX_CONNECTIONS: wholeNumber(1, 100_000).default(4000),
    /** A reader that takes nothing for this long is gone. */
    WRITE_STALL_MS: milliseconds.default(20_000),
    /** No engine is held for ever. */
    RUN_WALL_MS: milliseconds.default(60_000),
    /** Not measured: more runs than this would make every one of them slow on one CPU engine. */
    MAX_RUNS: wholeNumber(1, 10_000).default(8),
    /** How long open runs may go on after SIGTERM. */
    DRAIN_FINISH_MS: wholeNumber(0, 3_600_000).default(30_000),

    VLLM_URL: engineUrl.optional(),
    /** The engine is asked for its first model unless this is given. */
    VLLM_MODEL: z.string().optional(),
    VLLM_API_KEY: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
      .optional(),
    /** What the badge says vLLM runs on, which vLLM itself does not tell: "NVIDIA H200". */
    VLLM_DEVICE: z.string().optional(),
    TRITON_HTTP_URL: engineUrl.optional(),
    TRITON_GRPC_URL: grpcAddress.optional(),
    /** A decoupled model with the tensors of `tiny-lm`, which it is unless given. */
    TRITON_MODEL: z
      .string()
      .regex(/^[\w.-]+$/, 'must be the name of a model')
      .optional(),
    TRITON_DEVICE: z.string().optional(),
    /** Where `npm run engines` says what it has started; an engine with an address above is not looked for there. */
    ENGINES_DIR: pathFromRoot.prefault('.engines'),

    /** Not measured: on one network a connection takes milliseconds. */
    UPSTREAM_CONNECT_MS: milliseconds.default(2000),
    /** A full queue on a CPU engine; undici and nginx would wait 300 s and 60 s. */
    UPSTREAM_FIRST_TOKEN_MS: milliseconds.default(30_000),
    UPSTREAM_BETWEEN_TOKENS_MS: milliseconds.default(15_000),
    /** A token with 20 alternatives takes 3 KiB. Stops an event without end within 0.1 s. */
    UPSTREAM_EVENT_BYTES: wholeNumber(1024, 16_777_216).default(65_536),
    /** 512 tokens at 3 KiB, four times over. */
    UPSTREAM_STREAM_BYTES: wholeNumber(1024, 1_073_741_824).default(8_388_608),
    /** An image of 588 KiB costs 1.3 ms of CPU as binary; larger ones would hold up every stream. */
    UPSTREAM_TENSOR_BYTES: wholeNumber(1024, 67_108_864).default(2_097_152),
  })
  .refine((set) => set.HEADERS_TIMEOUT_MS <= set.REQUEST_TIMEOUT_MS, {
    path: ['HEADERS_TIMEOUT_MS'],
    message: 'must not be more than REQUEST_TIMEOUT_MS, which counts the headers too',
  });

/** Everything that can be set, named as the code uses it. */
export type Config = ReturnType<typeof readConfig>;

/** All problems of the environment at once, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Environment -> Config; an empty variable counts as not set. Throws a ConfigError that names every wrong variable. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>) {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      const value = name.endsWith('_KEY') ? '(not shown)' : (set[name] ?? '').replace(/\/\/[^/]*@/, '//(not shown)@');
      return `  ${name}=${value}: ${issue.message}`;
    });
    throw new ConfigError(`These settings cannot be used:\n${lines.join('\n')}`);
  }
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    siteDir: data.SITE_DIR,
    modelFile: data.MODEL_FILE,
    allowedOrigins: data.ALLOWED_ORIGINS as ReadonlySet<string>,
    limits: {
      bodyBytes: data.BODY_BYTES,
      headerBytes: data.HEADER_BYTES,
      headerCount: data.HEADER_COUNT,
      headersTimeoutMs: data.HEADERS_TIMEOUT_MS,
      requestTimeoutMs: data.REQUEST_TIMEOUT_MS,
      connectionsCheckingIntervalMs: data.CONNECTIONS_CHECKING_INTERVAL_MS,
      maxConnections: data.MAX_CONNECTIONS,
      writeStallMs: data.WRITE_STALL_MS,
      runWallMs: data.RUN_WALL_MS,
      maxRuns: data.MAX_RUNS,
      drainFinishMs: data.DRAIN_FINISH_MS,
    },
    vllm: { url: data.VLLM_URL, model: data.VLLM_MODEL, apiKey: data.VLLM_API_KEY, device: data.VLLM_DEVICE },
    triton: {
      httpUrl: data.TRITON_HTTP_URL,
      grpcAddress: data.TRITON_GRPC_URL,
      model: data.TRITON_MODEL,
      device: data.TRITON_DEVICE,
    },
    enginesDir: data.ENGINES_DIR,
    upstreamLimits: {
      connectMs: data.UPSTREAM_CONNECT_MS,
      firstTokenMs: data.UPSTREAM_FIRST_TOKEN_MS,
      betweenTokensMs: data.UPSTREAM_BETWEEN_TOKENS_MS,
      eventBytes: data.UPSTREAM_EVENT_BYTES,
      streamBytes: data.UPSTREAM_STREAM_BYTES,
      tensorBytes: data.UPSTREAM_TENSOR_BYTES,
    } satisfies UpstreamLimits,
  };
}

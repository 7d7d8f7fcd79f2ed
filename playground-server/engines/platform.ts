import type { Python } from './python.ts';

/** Triton's binary and many wheels of vLLM are built against it. */
const GLIBC = [2, 35] as const;

/** What both engines need and this machine lacks, as a sentence; undefined when nothing. */
export function findPlatformObstacle(python: Python | undefined): string | undefined {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64')
    return `The engines run on Linux on x86-64 only, and this is ${platform} on ${arch}.`;
  const glibc = readGlibcVersion();
  const [major = 0, minor = 0] = (glibc ?? '').split('.').map(Number);
  if (major < GLIBC[0] || (major === GLIBC[0] && minor < GLIBC[1]))
    return `The engines need glibc ${GLIBC.join('.')} or newer, and this system has ${glibc ?? 'another C library'}.`;
  if (!python)
    return 'No Python 3.11 or 3.12 with venv was found (Debian, Ubuntu: apt install python3-venv); PYTHON=/path/to/python3 names one.';
  return undefined;
}

function readGlibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

/** Other ways to real engines. Container tags: looked up, not run by us. */
export const ALTERNATIVES = `Other ways to a real engine:
  A machine with a GPU, or one that runs the engines already; tell the companion server where it is:
    VLLM_URL=http://host:8000 TRITON_HTTP_URL=http://host:8000 TRITON_GRPC_URL=host:8001 npm start
  Containers, from the root of this clone (not executed by us: containers do not run where the course is tested):
    docker run --rm -p 127.0.0.1:18000:8000 -p 127.0.0.1:18001:8001 -p 127.0.0.1:18002:8002 -v "$PWD:/course:ro" \\
      nvcr.io/nvidia/tritonserver:24.10-py3 sh -c 'pip install "numpy<2" tokenizers==0.23.3 && tritonserver \\
      --model-repository=/course/playground-server/engines/model-repository --model-control-mode=explicit --load-model=*'
    docker run --rm --gpus all -p 127.0.0.1:18100:8000 -v "$PWD/public/models:/models:ro" \\
      vllm/vllm-openai:v0.26.0 --model /models/tiny-1 --served-model-name tiny-1 --max-model-len 512`;

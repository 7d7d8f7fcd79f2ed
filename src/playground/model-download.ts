import { ProblemError } from '#contract/problem-error.ts';
import type { DownloadProgress, RunOptions } from './run-source.ts';

interface Download {
  file: Promise<ArrayBuffer>;
  abort: AbortController;
  watchers: Set<(progress: DownloadProgress) => void>;
  waiting: number;
}

/** One download a file, kept as long as the page lives: playgrounds and explorables of a page share it. */
const downloads = new Map<string, Download>();

/**
 * The bytes of a file, fetched once a page. Whoever asks while it is under way joins it; when the last one who waits
 * aborts, so does the download. Rejects with a ProblemError, `model_not_loaded` or `run_canceled`; the next call tries again.
 */
export async function downloadModel(url: string, { signal, onProgress }: RunOptions): Promise<ArrayBuffer> {
  const download = downloads.get(url) ?? start(url);
  download.waiting += 1;
  if (onProgress) download.watchers.add(onProgress);
  try {
    return await Promise.race([download.file, abortOf(signal)]);
  } finally {
    download.waiting -= 1;
    if (onProgress) download.watchers.delete(onProgress);
    if (signal.aborted && download.waiting === 0) download.abort.abort();
  }
}

function start(url: string): Download {
  const abort = new AbortController();
  const watchers: Download['watchers'] = new Set();
  const file = receive(url, abort.signal, (progress) => watchers.forEach((watch) => watch(progress)));
  const download: Download = { file, abort, watchers, waiting: 0 };
  downloads.set(url, download);
  file.catch(() => downloads.delete(url));
  // After the abort the file is done or gone; a newcomer must not join a download that is being given up.
  abort.signal.addEventListener('abort', () => downloads.get(url) === download && downloads.delete(url));
  return download;
}

async function receive(
  url: string,
  signal: AbortSignal,
  onProgress: (progress: DownloadProgress) => void,
): Promise<ArrayBuffer> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
    // Behind a compressing server the length is that of the compressed bytes, which are not what is counted here.
    const length = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length'));
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let loadedBytes = 0;
    const reader = response.body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      chunks.push(read.value);
      loadedBytes += read.value.length;
      onProgress({ loadedBytes, ...(length > 0 && { totalBytes: length }) });
    }
    return await new Blob(chunks).arrayBuffer();
  } catch (cause) {
    throw new ProblemError({ code: 'unavailable', reason: 'model_not_loaded' }, { cause });
  }
}

/** Never resolves; rejects when the signal aborts. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new ProblemError({ code: 'canceled', reason: 'run_canceled' }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}

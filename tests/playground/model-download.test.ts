import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { downloadModel } from '#playground/model-download.ts';
import type { DownloadProgress } from '#playground/run-source.ts';
import { serve } from './serve.ts';

const BYTES = 300_000;
const file = Buffer.alloc(BYTES, 7);
const never = new AbortController().signal;

/** A server that counts requests and answers each with its turn of `answers`, the last one from then on. */
async function serveFile(...answers: ((response: ServerResponse) => void)[]) {
  const served = { count: 0, closed: 0 };
  const address = await serve((_, response) => {
    response.on('close', () => (served.closed += response.writableFinished ? 0 : 1));
    (answers[served.count++] ?? answers.at(-1))?.(response);
  });
  return { url: `${address}/model`, served };
}
const whole = (response: ServerResponse) => response.writeHead(200, { 'content-length': BYTES }).end(file);

describe('the download of the model', () => {
  it('reports bytes that only grow, up to the whole file', async () => {
    const { url } = await serveFile(whole);
    const seen: DownloadProgress[] = [];
    const bytes = await downloadModel(url, { signal: never, onProgress: (progress) => seen.push(progress) });
    expect(Buffer.compare(Buffer.from(bytes), file)).toBe(0);
    expect(seen.map((progress) => progress.loadedBytes)).toEqual(seen.map((p) => p.loadedBytes).sort((a, b) => a - b));
    expect(seen.at(-1)).toEqual({ loadedBytes: BYTES, totalBytes: BYTES });
  });

  it('happens once a page, whoever asks and when', async () => {
    const { url, served } = await serveFile(whole);
    await Promise.all([downloadModel(url, { signal: never }), downloadModel(url, { signal: never })]);
    await downloadModel(url, { signal: never });
    expect(served.count).toBe(1);
  });

  it('fails as not loaded, and is tried again by the next who asks', async () => {
    const { url, served } = await serveFile(
      (response) => response.writeHead(404).end(),
      (response) => {
        response.writeHead(200, { 'content-length': BYTES }).write(file.subarray(0, 1000), () => response.destroy());
      },
      whole,
    );
    const notLoaded = { problem: { reason: 'model_not_loaded' } };
    await expect(downloadModel(url, { signal: never })).rejects.toMatchObject(notLoaded);
    await expect(downloadModel(url, { signal: never })).rejects.toMatchObject(notLoaded);
    expect((await downloadModel(url, { signal: never })).byteLength).toBe(BYTES);
    expect(served.count).toBe(3);
  });

  it('stops when the only one who waits stops, and starts over for the next', async () => {
    const { url, served } = await serveFile(
      (response) => response.writeHead(200, { 'content-length': BYTES }).write(file.subarray(0, 1000)),
      whole,
    );
    const abort = new AbortController();
    const stopped = downloadModel(url, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(stopped).rejects.toMatchObject({ problem: { code: 'canceled' } });
    await expect.poll(() => served.closed).toBe(1);
    expect((await downloadModel(url, { signal: never })).byteLength).toBe(BYTES);
  });

  it('goes on for the others when one of them stops', async () => {
    let finish: (() => void) | undefined;
    const { url, served } = await serveFile((response) => {
      response.writeHead(200, { 'content-length': BYTES }).write(file.subarray(0, 1000));
      finish = () => response.end(file.subarray(1000));
    });
    const abort = new AbortController();
    const stays = downloadModel(url, { signal: never });
    const leaves = downloadModel(url, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(leaves).rejects.toMatchObject({ problem: { code: 'canceled' } });
    finish?.();
    expect((await stays).byteLength).toBe(BYTES);
    expect(served).toEqual({ count: 1, closed: 0 });
  });
});

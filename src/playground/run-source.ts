import type { Origin, RunEvent } from '#contract/run-event.ts';
import type { RunRequest } from '#contract/run-request.ts';

/** Bytes of the model that have arrived, for a rung that must fetch one first. */
export interface DownloadProgress {
  loadedBytes: number;
  /** absent when the server does not say */
  totalBytes?: number;
}

export interface RunOptions {
  signal: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
}

/** One rung of the ladder. `run` never throws: whatever goes wrong is the stream's last event, `failed`. */
export interface RunSource {
  readonly origin: Origin;
  run(request: RunRequest, options: RunOptions): AsyncIterable<RunEvent>;
}

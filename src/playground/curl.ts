import type { RunRequest } from '#contract/run-request.ts';

/** A run as a command line that repeats it: POSIX shell, streaming, request as JSON. `address` is absolute. */
export function curlOf(request: RunRequest, address: string): string {
  const body = JSON.stringify(request).replaceAll("'", String.raw`'\''`);
  return `curl --no-buffer ${address}/runs --header 'content-type: application/json' --data '${body}'`;
}

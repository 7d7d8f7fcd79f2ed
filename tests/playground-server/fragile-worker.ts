import { parentPort } from 'node:worker_threads';
import type { EngineCommand } from '#engine/engine-messages.ts';
import '../../playground-server/upstreams/embedded-worker.ts';

/** The real worker, with a way to die: at a call whose prompt says so, once its first tokens are out. */
export const DEADLY_PROMPT = 'die now';

let steps = 0;
parentPort!.on('message', (command: EngineCommand) => {
  if (command.type === 'call' && command.call.prompt === DEADLY_PROMPT) dieSoon();
});

function dieSoon(): void {
  steps += 1;
  if (steps > 20) process.exit(1);
  setImmediate(dieSoon);
}

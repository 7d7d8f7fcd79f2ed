import { parentPort } from 'node:worker_threads';
import type { EngineCommand, EngineMessage } from '#engine/engine-messages.ts';

/** The real worker, with a way to die: when the first token of a call with this prompt is out. */
const DEADLY_PROMPT = 'die now';

const port = parentPort!;
const deadly = new Set<number>();
port.on('message', (command: EngineCommand) => {
  if (command.type === 'call' && command.call.prompt === DEADLY_PROMPT) deadly.add(command.id);
});
const post = port.postMessage.bind(port);
port.postMessage = (message: EngineMessage) => {
  post(message);
  if (message.type === 'token' && deadly.has(message.id)) process.exit(1);
};

await import('../../playground-server/upstreams/embedded-worker.ts');

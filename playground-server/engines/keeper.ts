/*
 * Stands between `npm run engines` and one engine, so that nothing stays behind, whoever ends first:
 * - the starter ends before it said "keep" (Ctrl-C, crash): the engine is ended;
 * - the engine's leader ends (crash, --stop): its children, which vLLM and Triton may leave, are ended;
 * - the keeper is asked to end: so is the engine.
 */
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { FromKeeper, ToKeeper } from './start-engine.ts';
import { endSession, identify } from './process-session.ts';

let end: () => void = () => process.exit(0);

process.on('message', (message: ToKeeper) => {
  if (message.type === 'start') start(message);
  else {
    process.off('disconnect', endAll);
    process.disconnect();
  }
});
process.on('disconnect', endAll);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, endAll);

function endAll(): void {
  end();
}

function start({ command, args, environment, cwd, log }: Extract<ToKeeper, { type: 'start' }>): void {
  const output = openSync(log, 'w');
  const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', output, output], detached: true });
  child.on('error', (error) => {
    tell({ type: 'ended', how: error.message });
    process.exit(1);
  });
  const leader = child.pid === undefined ? undefined : identify(child.pid);
  if (!leader) return; // 'error' follows
  end = () => void endSession(leader).then(() => process.exit(0));
  tell({ type: 'started', leader });
  child.on('exit', (code, signal) => {
    tell({ type: 'ended', how: signal ?? `exit code ${String(code)}` });
    end();
  });
}

function tell(message: FromKeeper): void {
  if (process.connected) process.send?.(message);
}

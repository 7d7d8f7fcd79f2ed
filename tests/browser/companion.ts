import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A companion server of the test's own, so that the test can stop it. */
export interface Companion {
  url: string;
  /** ends the process at once, as a crash would, and resolves when it is gone */
  kill(): Promise<void>;
}

/** Starts the real companion over the built site on a free port and waits until it says where. */
export async function startCompanion(env: Record<string, string> = {}): Promise<Companion> {
  const child: ChildProcess = spawn(process.execPath, ['playground-server/main.ts'], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url) {
      child.stdout!.resume();
      return {
        url,
        kill: async () => {
          child.kill('SIGKILL');
          await exited;
        },
      };
    }
  }
  throw new Error('the companion ended before it said where it listens');
}

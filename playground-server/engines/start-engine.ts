import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type ProcessId, endSession, identify } from './process-session.ts';

/** How to start an engine. */
export interface EngineCommand {
  command: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  /** not a folder that holds one called `triton` or `vllm`: Python would take it for the package of that name */
  cwd: string;
  /** file that gets what the engine prints; begun anew */
  log: string;
}

export type ToKeeper = ({ type: 'start' } & EngineCommand) | { type: 'keep' };
export type FromKeeper = { type: 'started'; leader: ProcessId } | { type: 'ended'; how: string };

/** An engine that was started and does not outlive this process until `keep` is called. */
export interface StartedEngine {
  leader: ProcessId;
  keeper: ProcessId;
  /** aborts when the engine ends; the reason is an Error that says how */
  ended: AbortSignal;
  /** lets the engine run on when this process ends */
  keep(): void;
  stop(): Promise<void>;
}

/** Starts the engine under a keeper of its own. Throws when it cannot be started. */
export async function startEngine(command: EngineCommand): Promise<StartedEngine> {
  const keeper = fork(join(import.meta.dirname, 'keeper.ts'), { detached: true, stdio: 'ignore', execArgv: [] });
  // Before the first message: a program that is missing is heard of at once.
  const ended = new AbortController();
  const started = new Promise<ProcessId>((resolve, reject) => {
    keeper.on('message', (message: FromKeeper) => {
      if (message.type === 'started') {
        resolve(message.leader);
        return;
      }
      const error = new Error(`it ended by itself (${message.how})`);
      reject(error);
      ended.abort(error);
    });
    keeper.on('error', reject);
    keeper.on('exit', () => {
      const error = new Error('its keeper ended');
      reject(error);
      ended.abort(error);
    });
  });
  const say = (message: ToKeeper) => keeper.send(message);
  say({ type: 'start', ...command });
  const leader = await started;
  const keeperId = identify(keeper.pid!);
  if (!keeperId) throw new Error('its keeper ended');
  return {
    leader,
    keeper: keeperId,
    ended: ended.signal,
    keep: () => {
      say({ type: 'keep' });
      keeper.unref();
    },
    stop: async () => {
      const gone = keeper.exitCode === null && keeper.signalCode === null ? once(keeper, 'exit') : undefined;
      await endSession(leader);
      await gone;
    },
  };
}

import { setTimeout as wait } from 'node:timers/promises';
import { endSession, isAlive } from './process-session.ts';
import { type RunningEngine, readRunningEngines, writeRunningEngines } from './running-engines.ts';

/** Ends an engine with everything it started, and takes it out of running.json. */
export async function takeDown(engine: RunningEngine, directory: string): Promise<void> {
  await endSession(engine.leader);
  while (isAlive(engine.keeper)) await wait(50); // it sees that nothing is left, and ends
  writeRunningEngines(
    directory,
    readRunningEngines(directory).filter(({ id }) => id !== engine.id),
  );
}

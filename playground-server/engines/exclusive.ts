import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessId, identify, isAlive } from './process-session.ts';

/**
 * Lets one process at a time change the folder: two installations into one environment would spoil it. Throws when
 * another is at work. Answers the release; a process that crashed before its release is not waited for.
 */
export function holdExclusively(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'busy.json');
  const claim = () => writeFileSync(file, JSON.stringify(identify(process.pid)), { flag: 'wx' });
  try {
    claim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = readHolder(file);
    if (holder && isAlive(holder))
      throw new Error(`Another "npm run engines" is at work (process ${holder.pid}). Wait for it, or end it.`, {
        cause: error,
      });
    rmSync(file);
    claim();
  }
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessId;
  } catch {
    return undefined; // half written by a crash
  }
}

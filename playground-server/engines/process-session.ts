import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** One process and no later one that got the same number. `startTicks`: clock ticks after boot, from /proc (Linux only). */
export interface ProcessId {
  pid: number;
  startTicks: number;
}

/** Triton ends open requests first and takes 5 s even when idle. */
const LEADER_LIMIT_MS = 20_000;
/** Children that outlive a leader which ended by itself are left over. */
const CHILDREN_LIMIT_MS = 2000;
const POLL_MS = 50;

interface ProcessState extends ProcessId {
  session: number;
}

/** What /proc says about a process; undefined when it has ended (a zombie has ended too). */
function readState(pid: number): ProcessState | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The program's name, in parentheses, may hold anything; fields after it are counted as in proc_pid_stat(5), from 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => fields[number - 3]!;
  if (field(3) === 'Z') return undefined;
  return { pid, session: Number(field(6)), startTicks: Number(field(22)) };
}

/** A number of a process that runs -> its identity; undefined when there is none. */
export function identify(pid: number): ProcessId | undefined {
  const state = readState(pid);
  return state && { pid, startTicks: state.startTicks };
}

export function isAlive({ pid, startTicks }: ProcessId): boolean {
  return readState(pid)?.startTicks === startTicks;
}

/** All processes that still run of the session that `leader` began: itself, its children and theirs, orphans too. */
export function listSession(leader: ProcessId): ProcessId[] {
  const now = readState(leader.pid);
  if (now && now.startTicks !== leader.startTicks) return []; // a stranger has the number: the session is long over
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readState(Number(name)))
    .filter((state) => state?.session === leader.pid)
    .map((state) => ({ pid: state!.pid, startTicks: state!.startTicks }));
}

/** Ends a session: asks its leader, waits, then kills what is left by number. Resolves when nothing of it runs. */
export async function endSession(leader: ProcessId): Promise<void> {
  if (isAlive(leader)) send(leader, 'SIGTERM');
  const until = (deadline: number, done: () => boolean) => poll(() => done() || performance.now() > deadline);
  await until(performance.now() + LEADER_LIMIT_MS, () => !isAlive(leader));
  await until(performance.now() + CHILDREN_LIMIT_MS, () => listSession(leader).length === 0);
  await poll(() => {
    const left = listSession(leader);
    for (const process of left) send(process, 'SIGKILL');
    return left.length === 0;
  });
}

async function poll(done: () => boolean): Promise<void> {
  while (!done()) await wait(POLL_MS);
}

function send({ pid }: ProcessId, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself in the meantime
  }
}

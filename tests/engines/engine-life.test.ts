import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringUp } from '../../playground-server/engines/bring-up.ts';
import { isAlive, listSession } from '../../playground-server/engines/process-session.ts';
import { readRunningEngines } from '../../playground-server/engines/running-engines.ts';
import { takeDown } from '../../playground-server/engines/take-down.ts';
import { triton } from '../../playground-server/engines/triton.ts';
import { makeTritonPlace, processesWith, type TritonPlace } from './triton-under-test.ts';

const engines = resolve('playground-server/engines');
let place: TritonPlace;
/** stands in the command line of this place's Triton and of nothing else */
let mark: string;

beforeEach(async () => {
  place = await makeTritonPlace();
  mark = `--http-port=${place.settings.ports.triton.http}`;
});
afterEach(() => {
  expect(processesWith(mark)).toEqual([]);
  place.remove();
});

const start = (modelRepository = place.settings.modelRepository) =>
  bringUp(triton, {
    settings: { ...place.settings, modelRepository },
    python: place.python,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });

/** The command, as a learner gives it. */
const run = (...args: string[]) =>
  spawn(process.execPath, [join(engines, 'engines.ts'), '--only', 'triton', ...args], {
    env: { ...process.env, ...place.environment },
  });

async function finish(command: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  for (const stream of [command.stdout, command.stderr])
    stream?.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(command, 'close')) as [number | null];
  return { code, said };
}

/** A repository of `digits` alone, beside the code it needs, changed before it is served. */
function makeRepository(change: (digits: string) => void): string {
  const root = join(place.settings.directory, 'changed');
  const repository = join(root, 'model-repository');
  mkdirSync(repository, { recursive: true });
  cpSync(join(engines, 'model-code'), join(root, 'model-code'), { recursive: true });
  cpSync(join(engines, 'model-repository/digits'), join(repository, 'digits'), { recursive: true });
  change(join(repository, 'digits'));
  return repository;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await wait(20);
}

describe('the command', () => {
  it('starts, finds what runs, and stops it without leaving a process', async () => {
    const started = await finish(run());
    expect(started.code).toBe(0);
    expect(started.said).toContain('Triton 2.51.0 runs');
    const [running] = readRunningEngines(place.settings.directory);
    expect((await finish(run())).said).toContain(`process ${running!.leader.pid}`);
    expect((await finish(run('--status'))).said).toContain(running!.urls['http']);
    expect(await finish(run('--stop'))).toMatchObject({ code: 0, said: 'Triton was stopped.\n' });
    expect(listSession(running!.leader)).toEqual([]);
    expect(isAlive(running!.keeper)).toBe(false);
    expect((await finish(run('--status'))).said).toBe('Triton does not run.\n');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves nothing behind when %s ends it during the start',
    async (signal) => {
      const command = run();
      const end = finish(command);
      await until(() => processesWith(mark).length > 0);
      command.kill(signal);
      await end;
      await until(() => processesWith(mark).length === 0);
      expect(readRunningEngines(place.settings.directory)).toEqual([]);
    },
  );

  it('says which port is taken and how to choose another', async () => {
    const { http: tritonHttp } = place.settings.ports.triton;
    const taker = createServer().listen(tritonHttp, '127.0.0.1');
    await once(taker, 'listening');
    const { code, said } = await finish(run());
    taker.close();
    expect(code).toBe(1);
    expect(said).toContain(`Triton needs port ${tritonHttp}, which is in use. Choose another: TRITON_HTTP_PORT=`);
  });
});

describe('a start', () => {
  it('is stopped when a model answers wrongly, and says which', async () => {
    const repository = makeRepository((digits) => cpSync(join(digits, '2/weights.npz'), join(digits, '1/weights.npz')));
    await expect(start(repository)).rejects.toThrow(/Triton was stopped: digits: version 1 answered .* is right/);
  });

  it('is stopped when a model cannot be loaded, and says why', async () => {
    const repository = makeRepository((digits) =>
      writeFileSync(join(digits, '2/model.py'), 'raise RuntimeError("no such luck")\n'),
    );
    await expect(start(repository)).rejects.toThrow(/These models cannot be loaded:.* digits 2: .*no such luck/s);
  });
});

describe('an engine', () => {
  it('that crashes leaves no child behind', async () => {
    const running = await start();
    expect(listSession(running.leader).length).toBeGreaterThan(2);
    process.kill(running.leader.pid, 'SIGKILL');
    await until(() => listSession(running.leader).length === 0 && !isAlive(running.keeper));
    expect(readRunningEngines(place.settings.directory)).toEqual([]);
  });

  it('whose keeper was killed is stopped all the same', async () => {
    const running = await start();
    process.kill(running.keeper.pid, 'SIGKILL');
    await takeDown(running, place.settings.directory);
    expect(listSession(running.leader)).toEqual([]);
  });
});

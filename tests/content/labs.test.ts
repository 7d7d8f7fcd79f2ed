import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listLabs, readLab, type Lab } from '../../src/site/labs.ts';
import { runLabFile, type RunnableRow } from './run-lab-file.ts';

const root = process.cwd();

/** The files that need no engine. The others are run by `npm run test:labs`, which leaves its proof in tested.json. */
function runnable(lab: Lab): RunnableRow[] {
  return lab.manifest.files.filter((row): row is RunnableRow => row.class === 'cpu' && row.needs === 'none');
}

for (const lab of listLabs(root).map((id) => readLab(root, id)))
  describe(`lab ${lab.id}`, () => {
    for (const row of runnable(lab))
      it(`${row.file} runs and prints what the lesson says`, { timeout: 60_000 }, async () => {
        expect(await runLabFile(lab, row, { python: 'python3', variables: {} })).toBe('');
      });
  });

describe('running a lab file', () => {
  let lab: Lab;
  beforeEach(() => {
    lab = {
      id: 'sample',
      folder: mkdtempSync(join(tmpdir(), 'sample-')),
      manifest: { engineNeeded: 'vllm', files: [] },
      proofs: {},
    };
  });
  afterEach(() => rmSync(lab.folder, { recursive: true }));

  const run = (command: string[], expected: string[]) =>
    runLabFile(
      lab,
      { file: 'a.mjs', class: 'cpu', needs: 'none', run: command, expect: expected },
      { python: 'python3', variables: { MODEL: 'tiny' } },
    );
  const node = (code: string) => [process.execPath, '-e', code];

  it('passes when all that was expected comes out', async () => {
    expect(await run(node('console.log(process.env.MODEL, 12)'), ['tiny', '/^tiny \\d+$/'])).toBe('');
  });

  it('happens in a copy, so that a file cannot change its own folder', async () => {
    expect(await run(node('fs.writeFileSync("new.txt", ""); console.log("done")'), ['done'])).toBe('');
    expect(readdirSync(lab.folder)).toEqual([]);
  });

  it('says what did not come out', async () => {
    expect(await run(node('console.log("one")'), ['two'])).toMatch(/did not print two:\none/);
  });

  it('says how a failing file ended', async () => {
    expect(await run(node('console.error("why"); process.exit(3)'), ['x'])).toMatch(/ended with 3:[^]*why/);
  });

  it('names a program that is not there', async () => {
    await expect(run(['no-such-program'], ['x'])).rejects.toThrow(/no-such-program did not start/);
  });
});

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLabs } from '../../src/site/checks/labs.ts';
import { readLab, readLabFile } from '../../src/site/labs.ts';
import { summariseProofs } from '../../src/site/lab-evidence.ts';

const PYTHON = 'import os\n# region: main\n    if x:\n        go()\n# endregion\n';
const ROW = { file: 'a.py', class: 'cpu', needs: 'vllm', run: ['python', 'a.py'], expect: ['ok'] };
const PROOF = {
  sha256: createHash('sha256').update(PYTHON).digest('hex'),
  ranOn: '2026-11-21',
  engine: 'vllm',
  engineVersion: '0.32.0+cpu',
  device: 'CPU',
  python: '3.12.1',
};

let root: string;
const write = (name: string, content: string | object) =>
  writeFileSync(join(root, 'content/labs/l', name), typeof content === 'string' ? content : JSON.stringify(content));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labs-'));
  mkdirSync(join(root, 'content/labs/l'), { recursive: true });
  write('a.py', PYTHON);
  write('lab.json', { engineNeeded: 'vllm', files: [ROW] });
});
afterEach(() => rmSync(root, { recursive: true }));

describe('lab files', () => {
  it('are shown without region markers', () => {
    expect(readLabFile(root, 'l', 'a.py').code).toBe('import os\n    if x:\n        go()');
  });

  it('show one region, moved to the left', () => {
    expect(readLabFile(root, 'l', 'a.py', 'main')).toMatchObject({ code: 'if x:\n    go()', language: 'python' });
  });

  it('name the fix when something is missing', () => {
    expect(() => readLabFile(root, 'none', 'a.py')).toThrow(/lab\.json is missing. Create it.*Labs there are: l/);
    expect(() => readLabFile(root, 'l', 'b.py')).toThrow(/no row for "b\.py".*use one of: a\.py/);
    expect(() => readLabFile(root, 'l', 'a.py', 'other')).toThrow(/no region "other".*use one of: main/);
    rmSync(join(root, 'content/labs/l/a.py'));
    expect(() => readLabFile(root, 'l', 'a.py')).toThrow(/is missing, though lab\.json names it/);
  });

  it('in folders have rows of their own, and what Python leaves behind needs none', () => {
    mkdirSync(join(root, 'content/labs/l/models/m/__pycache__'), { recursive: true });
    write('models/m/__pycache__/model.pyc', '');
    write('models/m/config.pbtxt', 'backend: "python"\n');
    write('tested.json', { 'a.py': PROOF });
    expect(checkLabs(root)).toEqual([
      { place: 'content/labs/l/models/m/config.pbtxt', error: expect.stringMatching(/no row in lab\.json/) as string },
    ]);
    const row = { file: 'models/m/config.pbtxt', class: 'static', reason: { en: 'r', 'zh-TW': 'r' } };
    write('lab.json', { engineNeeded: 'vllm', files: [ROW, row] });
    expect(readLabFile(root, 'l', 'models/m/config.pbtxt').language).toBe('pbtxt');
  });

  it('refuse a manifest that does not fit, naming the field', () => {
    write('lab.json', { engineNeeded: 'vllm', files: [{ ...ROW, expect: [] }] });
    expect(() => readLab(root, 'l')).toThrow(/expect/);
  });
});

describe('the proof of a lab file', () => {
  const errors = () => checkLabs(root).map(({ error }) => error);

  it('counts while the file is what ran, on the pinned version', () => {
    write('tested.json', { 'a.py': PROOF });
    expect(errors()).toEqual([]);
    expect(readLabFile(root, 'l', 'a.py').proof?.ranOn).toBe('2026-11-21');
    expect(summariseProofs(readLab(root, 'l'))).toMatchObject([{ engine: 'vllm', proof: { ranOn: '2026-11-21' } }]);
  });

  it('is asked for when there is none', () => {
    expect(errors()).toEqual([expect.stringMatching(/never been run.*npm run test:labs/)]);
  });

  it('ends with the first change of the file', () => {
    write('tested.json', { 'a.py': PROOF });
    write('a.py', `${PYTHON}# more\n`);
    expect(errors()).toEqual([expect.stringMatching(/changed after its last run/)]);
    expect(readLabFile(root, 'l', 'a.py').proof).toBeUndefined();
    expect(summariseProofs(readLab(root, 'l'))).toEqual([{ engine: 'vllm', proof: undefined }]);
  });

  it('ends with a change of a static file, which the others read', () => {
    const files = [ROW, { file: 'b.py', class: 'static', reason: { en: 'r', 'zh-TW': 'r' } }];
    write('lab.json', { engineNeeded: 'vllm', files });
    write('b.py', 'x = 1');
    const sha256 = createHash('sha256').update(PYTHON).update('x = 1').digest('hex');
    write('tested.json', { 'a.py': { ...PROOF, sha256 } });
    expect(errors()).toEqual([]);
    write('b.py', 'x = 2');
    expect(errors()).toEqual([expect.stringMatching(/changed after its last run/)]);
  });

  it('of the file that reads it proves a static file, while both are what they were', () => {
    const row = { file: 'b.py', class: 'static', reason: { en: 'r', 'zh-TW': 'r' }, readBy: 'a.py' };
    write('lab.json', { engineNeeded: 'vllm', files: [ROW, row] });
    write('b.py', 'x = 1');
    const sha256 = createHash('sha256').update(PYTHON).update('x = 1').digest('hex');
    write('tested.json', { 'a.py': { ...PROOF, sha256 } });
    expect(readLabFile(root, 'l', 'b.py').proof?.ranOn).toBe('2026-11-21');
    write('b.py', 'x = 2');
    expect(readLabFile(root, 'l', 'b.py').proof).toBeUndefined();
    write('lab.json', { engineNeeded: 'vllm', files: [ROW, { ...row, readBy: 'c.py' }] });
    expect(errors()).toContainEqual(expect.stringMatching(/readBy names "c\.py"/));
  });

  it('does not count on another version than the pinned one', () => {
    write('tested.json', { 'a.py': { ...PROOF, engineVersion: '0.31.0' } });
    expect(errors()).toEqual([expect.stringMatching(/0\.31\.0, versions\.ts pins 0\.32\.0/)]);
  });

  it('asks for a row for every file of the folder', () => {
    write('tested.json', { 'a.py': PROOF });
    write('b.py', '');
    expect(errors()).toEqual([expect.stringMatching(/no row in lab\.json/)]);
  });
});

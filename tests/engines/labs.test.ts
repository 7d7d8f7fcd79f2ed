import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineOf } from '../../src/site/lab-evidence.ts';
import { hashOf, listLabs, readLab, type Lab, type Proof } from '../../src/site/labs.ts';
import { runLabFile, type RunnableRow } from '../content/run-lab-file.ts';
import { startLabServer, type LabServer } from './lab-server.ts';
import { askPython, engineVariables } from './python-engine.ts';

const root = process.cwd();
const MODEL = resolve('public/models/tiny-1');
const ENGINE_NEEDS = ['vllm', 'vllm-server', 'transformers'];

const labs = listLabs(root).map((id) => ({ lab: readLab(root, id), rows: engineRows(readLab(root, id)) }));

function engineRows(lab: Lab): RunnableRow[] {
  return lab.manifest.files.filter(
    (row): row is RunnableRow => row.class === 'cpu' && ENGINE_NEEDS.includes(row.needs),
  );
}

const python = process.env['VLLM_PYTHON'];
if (python === undefined)
  throw new Error(
    `VLLM_PYTHON is not set, so these files were not run: ${labs.flatMap(({ lab, rows }) => rows.map(({ file }) => `${lab.id}/${file}`)).join(', ')}. Set it to a Python that has vLLM.`,
  );

const facts = askPython(python);
const variables = engineVariables(python, MODEL);

for (const { lab, rows } of labs)
  describe(`lab ${lab.id}`, () => {
    const proofs: Record<string, Proof> = {};
    const proves = (file: string, engine: 'vllm' | 'transformers') => {
      proofs[file] = {
        sha256: hashOf(lab, file),
        ranOn: new Date().toISOString().slice(0, 10),
        engine,
        engineVersion: facts[engine],
        device: facts.device,
        python: facts.python,
      };
    };
    /** Only what passed in this run is written: a file that fails loses its proof. */
    afterAll(() => {
      const sorted = Object.fromEntries(Object.entries(proofs).sort(([a], [b]) => (a < b ? -1 : 1)));
      writeFileSync(join(lab.folder, 'tested.json'), `${JSON.stringify(sorted, null, 2)}\n`);
    });

    const prove = async (row: RunnableRow, extra: Record<string, string>) => {
      expect(await runLabFile(lab, row, { python, variables: { ...variables, ...extra } })).toBe('');
      const engine = engineOf(row.needs);
      if (engine) proves(row.file, engine);
    };

    for (const row of rows.filter(({ needs }) => needs !== 'vllm-server'))
      it(`${row.file} runs on ${row.needs} and prints what the lesson says`, () => prove(row, {}));

    const script = lab.manifest.files.find((row) => row.class === 'server')?.file;
    const calls = rows.filter(({ needs }) => needs === 'vllm-server');
    if (script === undefined) {
      for (const row of calls)
        it(`${row.file} finds a server`, () =>
          expect.fail('lab.json has no row of class server: add the script that starts it.'));
      return;
    }
    describe(`with the server of ${script}`, () => {
      let server: LabServer;
      beforeAll(async () => {
        server = await startLabServer(lab, script, variables);
        proves(script, 'vllm');
      });
      afterAll(() => server.close());
      for (const row of calls)
        it(`${row.file} runs against it and prints what the lesson says`, () => prove(row, server.variables));
    });
  });

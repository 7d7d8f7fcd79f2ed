import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineOf } from '../../src/site/lab-evidence.ts';
import { hashOf, listLabs, readLab, ServerNeeds, type Lab, type Proof } from '../../src/site/labs.ts';
import { runLabFile, type RunnableRow } from '../content/run-lab-file.ts';
import { makeBench, type LabBench } from './lab-bench.ts';
import { startLabServer, type LabServer, type ServerRow } from './lab-server.ts';

const root = process.cwd();

function engineRows(lab: Lab): RunnableRow[] {
  return lab.manifest.files.filter((row): row is RunnableRow => row.class === 'cpu' && row.needs !== 'none');
}

const needsServer = ({ needs }: RunnableRow) => ServerNeeds.safeParse(needs).success;

for (const lab of listLabs(root).map((id) => readLab(root, id)))
  describe(`lab ${lab.id}`, () => {
    const rows = engineRows(lab);
    const proofs: Record<string, Proof> = {};
    let bench: LabBench | undefined;
    let server: LabServer | undefined;

    beforeAll(async () => {
      bench = await makeBench(lab.manifest);
    });
    /** Only what passed in this run is written: a file that fails loses its proof. Without an engine nothing is known. */
    afterAll(() => {
      if (!bench) return;
      bench.remove();
      const sorted = Object.fromEntries(Object.entries(proofs).sort(([a], [b]) => (a < b ? -1 : 1)));
      writeFileSync(join(lab.folder, 'tested.json'), `${JSON.stringify(sorted, null, 2)}\n`);
    });

    const proves = async ({ file, needs }: RunnableRow | ServerRow) => {
      const engine = engineOf(needs);
      if (!engine || !bench) return;
      const facts = await bench.facts(engine, server);
      proofs[file] = { sha256: hashOf(lab, file), ranOn: new Date().toISOString().slice(0, 10), engine, ...facts };
    };
    const prove = async (row: RunnableRow) => {
      const { python, variables } = bench!;
      const seen = { ...variables, ...server?.variables };
      expect(await runLabFile(lab, row, { python, variables: seen })).toBe('');
      await proves(row);
    };

    for (const row of rows.filter((each) => !needsServer(each)))
      it(`${row.file} runs on ${row.needs} and prints what the lesson says`, () => prove(row));

    const script = lab.manifest.files.find((row) => row.class === 'server');
    const calls = rows.filter(needsServer);
    if (script === undefined) {
      for (const row of calls)
        it(`${row.file} finds a server`, () =>
          expect.fail('lab.json has no row of class server: add the script that starts it.'));
      return;
    }
    describe(`with the server of ${script.file}`, () => {
      beforeAll(async () => {
        server = await startLabServer(lab, script, bench!.variables);
        await proves(script);
      });
      afterAll(() => server?.close());
      for (const row of calls) it(`${row.file} runs against it and prints what the lesson says`, () => prove(row));
    });
  });

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LABS_FOLDER, listLabFiles, listLabs, readLab, hashOf, type Lab } from '../labs.ts';
import { engines } from '../versions.ts';
import type { Finding } from './finding.ts';

/** Every lab folder: manifest readable, a row for each file and a file for each row, and proof for what needs an engine. */
export function checkLabs(root: string): Finding[] {
  return listLabs(root).flatMap((id) => {
    try {
      return checkLab(readLab(root, id));
    } catch (error) {
      return [{ place: `${LABS_FOLDER}/${id}`, error: error instanceof Error ? error.message : String(error) }];
    }
  });
}

function checkLab(lab: Lab): Finding[] {
  const place = (file: string) => `${LABS_FOLDER}/${lab.id}/${file}`;
  const rows = lab.manifest.files;
  const findings: Finding[] = listLabFiles(lab)
    .filter((file) => !rows.some((row) => row.file === file))
    .map((file) => ({ place: place(file), error: 'has no row in lab.json: add one that says how it is run.' }));
  for (const row of rows) {
    const path = join(lab.folder, row.file);
    if (!existsSync(path))
      findings.push({ place: place(row.file), error: 'is named in lab.json and missing: create it.' });
    else if ('needs' in row && row.needs !== 'none') findings.push(...checkProof(lab, row.file, place(row.file)));
    else if (row.class === 'static' && row.readBy !== undefined && !rows.some(({ file }) => file === row.readBy))
      findings.push({
        place: place(row.file),
        error: `readBy names "${row.readBy}", which lab.json does not: correct it.`,
      });
  }
  for (const file of Object.keys(lab.proofs).filter((name) => !rows.some((row) => row.file === name)))
    findings.push({
      place: place('tested.json'),
      error: `names "${file}", which lab.json does not: run npm run test:labs.`,
    });
  return findings;
}

const RUN_IT = 'Run npm run test:labs (vLLM files need VLLM_PYTHON=<python that has vLLM>) and commit tested.json.';

function checkProof(lab: Lab, file: string, place: string): Finding[] {
  const proof = lab.proofs[file];
  if (!proof) return [{ place, error: `has never been run. ${RUN_IT}` }];
  if (proof.sha256 !== hashOf(lab, file))
    return [{ place, error: `changed after its last run on ${proof.ranOn}. ${RUN_IT}` }];
  const { pin } = engines[proof.engine];
  if (proof.engineVersion.split('+')[0] !== pin)
    return [{ place, error: `ran on ${proof.engine} ${proof.engineVersion}, versions.ts pins ${pin}. ${RUN_IT}` }];
  return [];
}

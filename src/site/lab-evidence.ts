import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText, sha256Of, type Lab, type LabNeeds, type Proof } from './labs.ts';
import type { EngineId } from './versions.ts';

const ENGINE_OF: Record<LabNeeds, EngineId | undefined> = {
  none: undefined,
  'tiny-engine': 'tiny-engine',
  vllm: 'vllm',
  'vllm-server': 'vllm',
  transformers: 'transformers',
};

export interface EngineEvidence {
  engine: EngineId;
  /** the oldest run of a file on it; undefined while any of its files has no run of its present text */
  proof: Proof | undefined;
}

/** One row for each engine that a lab's files need. An engine counts as tested only when all of its files do. */
export function summariseProofs(lab: Lab): EngineEvidence[] {
  const rows = new Map<EngineId, (Proof | undefined)[]>();
  for (const row of lab.manifest.files) {
    const engine = 'needs' in row ? ENGINE_OF[row.needs] : undefined;
    if (engine) rows.set(engine, [...(rows.get(engine) ?? []), validProof(lab, row.file)]);
  }
  return [...rows].map(([engine, proofs]) => {
    const valid = proofs.filter((proof) => proof !== undefined);
    const oldest = valid.toSorted((a, b) => a.ranOn.localeCompare(b.ranOn))[0];
    return { engine, proof: valid.length === proofs.length ? oldest : undefined };
  });
}

/** The run of a file, unless the file has changed since. */
function validProof(lab: Lab, file: string): Proof | undefined {
  const proof = lab.proofs[file];
  const path = join(lab.folder, file);
  return proof && existsSync(path) && proof.sha256 === sha256Of(readText(path)) ? proof : undefined;
}

import { hashOf, type Lab, type LabNeeds, type Proof } from './labs.ts';
import type { EngineId } from './versions.ts';

/** The engine behind a need; undefined for files that need none. */
export function engineOf(needs: LabNeeds): EngineId | undefined {
  switch (needs) {
    case 'none':
      return undefined;
    case 'vllm-server':
      return 'vllm';
    case 'triton-server':
      return 'triton';
    case 'vllm':
    case 'transformers':
      return needs;
  }
}

export interface EngineEvidence {
  engine: EngineId;
  /** the oldest run of a file on it; undefined while any of its files has no run of its present text */
  proof: Proof | undefined;
}

/** One row for each engine that a lab's files need. An engine counts as tested only when all of its files do. */
export function summariseProofs(lab: Lab): EngineEvidence[] {
  const rows = new Map<EngineId, (Proof | undefined)[]>();
  for (const row of lab.manifest.files) {
    const engine = 'needs' in row ? engineOf(row.needs) : undefined;
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
  return proof?.sha256 === hashOf(lab, file) ? proof : undefined;
}

import type { ExperimentNeeds } from '#experiments/experiment.ts';
import type { CallTarget } from '#experiments/run-calls.ts';

/** An engine behind the server: embedded, vLLM or Triton. `engine` says what it is, `call` runs one planned call on it. */
export interface Upstream extends CallTarget {
  /** true while a call has a chance; false while the engine is down or being restarted. May ask the engine, and then knows `engine` anew. */
  reachable(): boolean | Promise<boolean>;
  /** Whether the engine has now what an experiment needs of the course's model repository. Absent: it has no such repository. */
  meets?(needs: ExperimentNeeds): Promise<boolean>;
  /** Ends every open call with an error and frees the engine; resolves when nothing is left. */
  close(): Promise<void>;
}

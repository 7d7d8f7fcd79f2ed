import { refusePattern, type RegexNode } from './regex-parser.ts';
import { toByteRanges } from './utf8-ranges.ts';

/** The state from which no text can match any more. */
export const DEAD = -1;

/** A deterministic automaton over the bytes of UTF-8. Every state but DEAD can still reach an accepting one. */
export interface ByteAutomaton {
  start: number;
  stateCount: number;
  /** the state after one more byte, or DEAD */
  next(state: number, byte: number): number;
  accepts(state: number): boolean;
}

interface Edge {
  first: number;
  last: number;
  to: number;
}
interface Nondeterministic {
  /** moves that read nothing */
  free: number[][];
  edges: Edge[][];
}

/** Bounds of what one pattern may cost: (a{99}){99} is short to write. A state takes 1 KiB. */
const MAX_NONDETERMINISTIC_STATES = 100_000;
const MAX_STATES = 8192;

/**
 * Syntax tree -> automaton: Thompson's construction, then the subset construction, then states without a way to the end are
 * cut. Throws a ProblemError when it grows too large, or when the pattern matches no text at all.
 * Source: https://swtch.com/~rsc/regexp/regexp1.html
 */
export function buildAutomaton(node: RegexNode): ByteAutomaton {
  const machine: Nondeterministic = { free: [], edges: [] };
  const start = addState(machine);
  const end = connect(machine, node, start);
  const { rows, accepting } = determinise(machine, start, end);
  cutDeadEnds(rows, accepting);
  if (!canContinue(rows[0]!) && !accepting[0])
    throw refusePattern('a pattern that some text matches', 'one that none does');
  return {
    start: 0,
    stateCount: rows.length,
    next: (state, byte) => rows[state]![byte]!,
    accepts: (state) => accepting[state]!,
  };
}

function addState(machine: Nondeterministic): number {
  if (machine.free.length === MAX_NONDETERMINISTIC_STATES) throw refuseSize();
  machine.free.push([]);
  machine.edges.push([]);
  return machine.free.length - 1;
}

/** Adds what the node reads, from state `from` on; answers the state after it. */
function connect(machine: Nondeterministic, node: RegexNode, from: number): number {
  const jump = (origin: number, to: number) => machine.free[origin]!.push(to);
  switch (node.type) {
    case 'set': {
      const end = addState(machine);
      for (const bytes of node.ranges.flatMap(toByteRanges)) {
        let state = from;
        for (const [index, { first, last }] of bytes.entries()) {
          const to = index === bytes.length - 1 ? end : addState(machine);
          machine.edges[state]!.push({ first, last, to });
          state = to;
        }
      }
      return end;
    }
    case 'sequence':
      return node.parts.reduce((state, part) => connect(machine, part, state), from);
    case 'choice': {
      const end = addState(machine);
      for (const option of node.options) {
        const branch = addState(machine);
        jump(from, branch);
        jump(connect(machine, option, branch), end);
      }
      return end;
    }
    case 'repeat': {
      let state = from;
      const again = () => {
        const begin = addState(machine);
        jump(state, begin);
        return connect(machine, node.part, begin);
      };
      for (let count = 0; count < node.least; count++) state = again();
      const end = addState(machine);
      if (node.most === Infinity) {
        const loop = addState(machine);
        jump(state, loop);
        jump(connect(machine, node.part, loop), loop);
        jump(loop, end);
        return end;
      }
      for (let count = node.least; count < node.most; count++) {
        jump(state, end);
        state = again();
      }
      jump(state, end);
      return end;
    }
    default:
      return node satisfies never;
  }
}

/** Each set of states that can be reached together becomes one state. */
function determinise(machine: Nondeterministic, start: number, end: number) {
  const rows: Int32Array[] = [];
  const accepting: boolean[] = [];
  const sets: number[][] = [];
  const known = new Map<string, number>();
  const stateOf = (targets: number[]): number => {
    const set = closure(machine, targets);
    const key = set.join();
    const found = known.get(key);
    if (found !== undefined) return found;
    if (sets.length === MAX_STATES) throw refuseSize();
    known.set(key, sets.length);
    accepting.push(set.includes(end));
    return sets.push(set) - 1;
  };
  stateOf([start]);
  for (let state = 0; state < sets.length; state++) {
    const row = new Int32Array(256).fill(DEAD);
    const edges = sets[state]!.flatMap((member) => machine.edges[member]!);
    // Between two neighbouring bounds all bytes behave alike.
    const bounds = [...new Set(edges.flatMap(({ first, last }) => [first, last + 1]))].sort((a, b) => a - b);
    for (const [index, bound] of bounds.entries()) {
      const targets = edges.filter(({ first, last }) => first <= bound && bound <= last).map(({ to }) => to);
      if (targets.length > 0) row.fill(stateOf(targets), bound, bounds[index + 1]);
    }
    rows.push(row);
  }
  return { rows, accepting };
}

/** All states that the given ones reach without reading, in ascending order. */
function closure(machine: Nondeterministic, states: readonly number[]): number[] {
  const seen = new Set(states);
  // A Set that grows while it is walked is walked to its new end.
  for (const state of seen) for (const to of machine.free[state]!) seen.add(to);
  return [...seen].sort((a, b) => a - b);
}

/** Turns every move to a state without a way to an accepting one into a move to DEAD. */
function cutDeadEnds(rows: readonly Int32Array[], accepting: readonly boolean[]): void {
  const sources = rows.map((): Set<number> => new Set());
  for (const [state, row] of rows.entries()) for (const to of row) if (to !== DEAD) sources[to]!.add(state);
  const alive = new Set(accepting.flatMap((accepts, state) => (accepts ? [state] : [])));
  for (const state of alive) for (const source of sources[state]!) alive.add(source);
  for (const row of rows) for (let byte = 0; byte < 256; byte++) if (!alive.has(row[byte]!)) row[byte] = DEAD;
}

function canContinue(row: Int32Array): boolean {
  return row.some((to) => to !== DEAD);
}

function refuseSize() {
  return refusePattern('a smaller pattern: fewer or shorter repetitions', 'one whose automaton is too large');
}

import { describeReceived, ProblemError } from '#contract/problem-error.ts';
import { ANY_IN_LINE, invert, namedSet, type CharacterRange } from './character-set.ts';

export type RegexNode =
  | { type: 'set'; ranges: readonly CharacterRange[] }
  | { type: 'sequence'; parts: readonly RegexNode[] }
  | { type: 'choice'; options: readonly RegexNode[] }
  /** `most` is Infinity for * and + */
  | { type: 'repeat'; part: RegexNode; least: number; most: number };

const SUPPORTED = String.raw`literals, . \d \w \s [classes] (groups) | * + ? {m,n}; both ends are anchored`;
const CONTROLS: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' };
const SYNTAX = '^$\\.*+?()[]{}|/';

/**
 * A regular expression -> its syntax tree. The subset that describes outputs, with JavaScript's meaning under the flag u:
 * literals, escapes, `.`, classes, groups, |, *, +, ? and {m,n}. The whole text has to match, so anchors are implied.
 * Anything else (anchors, look-around, back references, lazy quantifiers, \b, \p) throws a ProblemError that quotes it and its place.
 */
export function parseRegex(pattern: string): RegexNode {
  return new Parser(pattern).parse();
}

/** Recursive descent over code points: choice -> sequence -> repeat -> atom. */
class Parser {
  readonly #characters: string[];
  #at = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  parse(): RegexNode {
    const node = this.#choice();
    // Only a bracket that was never opened ends a choice early.
    if (this.#next() !== undefined) throw this.#refuse(this.#at);
    return node;
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#skip('|')) options.push(this.#sequence());
    return options.length === 1 ? options[0]! : { type: 'choice', options };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#next() !== undefined && this.#next() !== '|' && this.#next() !== ')') parts.push(this.#repeat());
    return { type: 'sequence', parts };
  }

  #repeat(): RegexNode {
    const part = this.#atom();
    const start = this.#at;
    const bounds = this.#quantifier();
    if (!bounds) return part;
    // A second sign after a quantifier makes it lazy or possessive, or is a mistake.
    if (['?', '*', '+', '{'].includes(this.#next() ?? '')) throw this.#refuse(start, this.#at + 1);
    return { type: 'repeat', part, ...bounds };
  }

  #quantifier(): { least: number; most: number } | undefined {
    if (this.#skip('*')) return { least: 0, most: Infinity };
    if (this.#skip('+')) return { least: 1, most: Infinity };
    if (this.#skip('?')) return { least: 0, most: 1 };
    const start = this.#at;
    if (!this.#skip('{')) return undefined;
    const least = this.#number();
    const most = !this.#skip(',') ? least : this.#next() === '}' ? Infinity : this.#number();
    if (!this.#skip('}') || least === undefined || most === undefined || least > most)
      throw this.#refuse(start, this.#at + 1);
    return { least, most };
  }

  #number(): number | undefined {
    let digits = '';
    while (/^[0-9]$/.test(this.#next() ?? '')) digits += this.#take();
    return digits === '' ? undefined : Number(digits);
  }

  #atom(): RegexNode {
    const start = this.#at;
    const character = this.#take();
    if (character === '(') return this.#group(start);
    if (character === '[') return { type: 'set', ranges: this.#class(start) };
    if (character === '.') return { type: 'set', ranges: ANY_IN_LINE };
    if (character === '\\') return { type: 'set', ranges: this.#escape(start, '') };
    if (SYNTAX.replace('/', '').includes(character)) throw this.#refuse(start);
    return { type: 'set', ranges: [this.#single(character, start)] };
  }

  #group(start: number): RegexNode {
    if (this.#skip('?') && !this.#skip(':')) throw this.#refuse(start, this.#at + 1);
    const inner = this.#choice();
    if (!this.#skip(')')) throw this.#refuse(start, this.#at);
    return inner;
  }

  #class(start: number): CharacterRange[] {
    const isNegated = this.#skip('^');
    const ranges: CharacterRange[] = [];
    while (!this.#skip(']')) {
      if (this.#next() === undefined) throw this.#refuse(start, this.#at);
      const place = this.#at;
      const first = this.#classItem();
      if (this.#next() !== '-' || this.#characters[this.#at + 1] === ']') ranges.push(...first);
      else {
        this.#at += 1;
        if (this.#next() === undefined) throw this.#refuse(start, this.#at);
        const last = this.#classItem();
        const range = { first: first[0]!.first, last: last[0]!.last };
        // \d has no place in a range, nor has a range that runs backwards.
        if (!isOneCharacter(first) || !isOneCharacter(last) || range.first > range.last)
          throw this.#refuse(place, this.#at);
        ranges.push(range);
      }
    }
    return isNegated ? invert(ranges) : ranges;
  }

  #classItem(): CharacterRange[] {
    const start = this.#at;
    const character = this.#take();
    return character === '\\' ? this.#escape(start, '-') : [this.#single(character, start)];
  }

  /** What follows a backslash; `also` are signs that may be escaped here besides the usual ones. */
  #escape(start: number, also: string): CharacterRange[] {
    const letter = this.#next();
    if (letter === undefined) throw this.#refuse(start);
    this.#at += 1;
    const set = namedSet(letter);
    if (set) return set;
    const control = CONTROLS[letter];
    if (control !== undefined) return [this.#single(control, start)];
    if ((SYNTAX + also).includes(letter)) return [this.#single(letter, start)];
    throw this.#refuse(start, this.#at);
  }

  #single(character: string, start: number): CharacterRange {
    const codePoint = character.codePointAt(0)!;
    // Half of a surrogate pair is no character, and UTF-8 cannot write it.
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) throw this.#refuse(start);
    return { first: codePoint, last: codePoint };
  }

  #next(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(): string {
    return this.#characters[this.#at++]!;
  }

  #skip(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at += 1;
    return true;
  }

  #refuse(start: number, end = start + 1): ProblemError {
    const quoted = this.#characters.slice(start, end).join('');
    return refusePattern(SUPPORTED, `${quoted} at character ${start + 1}`);
  }
}

function isOneCharacter(ranges: readonly CharacterRange[]): boolean {
  return ranges.length === 1 && ranges[0]!.first === ranges[0]!.last;
}

/** The one way in which a pattern is refused, here and when its automaton is built. */
export function refusePattern(allowed: string, received: string): ProblemError {
  return new ProblemError({
    code: 'invalid_argument',
    reason: 'parameter_out_of_range',
    details: { parameter: 'pattern', allowed, received: describeReceived(received) },
  });
}

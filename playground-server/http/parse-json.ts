import { ProblemError } from '#contract/problem-error.ts';

/** A RunRequest is two levels deep. Deeper text is refused before anything recursive touches it. */
const MAX_DEPTH = 8;

/** Bytes of a body -> the JSON value. Throws body_not_json, or request_malformed for nesting and `__proto__`. */
export function parseJson(body: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new ProblemError({ code: 'invalid_argument', reason: 'body_not_json' }, { cause: error });
  }
  if (depthOf(text) > MAX_DEPTH)
    throw new ProblemError({
      code: 'invalid_argument',
      reason: 'request_malformed',
      details: { parameter: 'body', allowed: `at most ${MAX_DEPTH} levels` },
    });
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__')
        throw new ProblemError({
          code: 'invalid_argument',
          reason: 'request_malformed',
          details: { parameter: '__proto__', allowed: 'any other name' },
        });
      return value;
    });
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError({ code: 'invalid_argument', reason: 'body_not_json' }, { cause: error });
  }
}

/** Deepest nesting of brackets outside strings; counts without parsing, so broken text is fine. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

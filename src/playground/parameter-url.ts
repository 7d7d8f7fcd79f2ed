import type { ParameterValue, Parameters } from '#contract/run-request.ts';
import { decodeDrawing } from '#experiments/drawing.ts';
import type { DeclaredParameter } from '#experiments/experiment.ts';

/** A parameter with the one default that this page starts from: the declaration's, in the page's language, or the lesson's preset. */
export type PageParameter = Exclude<DeclaredParameter, { kind: 'text' }> | PageTextParameter;
export interface PageTextParameter {
  kind: 'text';
  name: string;
  default: string;
  maxBytes: number;
  /** may be left empty */
  optional?: true;
}

/** Text of a query or a control -> value, or undefined when the declaration would refuse it. The server checks again. */
export function acceptParameter(declared: PageParameter, text: string): ParameterValue | undefined {
  switch (declared.kind) {
    case 'number': {
      const value = Number(text);
      if (text.trim() === '' || !Number.isFinite(value)) return undefined;
      if (value < declared.min || value > declared.max) return undefined;
      return Number.isInteger(declared.step) && !Number.isInteger(value) ? undefined : value;
    }
    case 'text':
      if (text.trim() === '') return declared.optional ? '' : undefined;
      return new TextEncoder().encode(text).length <= declared.maxBytes ? text : undefined;
    case 'choice':
      return declared.values.includes(text) ? text : undefined;
    case 'drawing':
      return decodeDrawing(text) === undefined ? undefined : text;
    default:
      return declared satisfies never;
  }
}

export function defaultParameters(declared: readonly PageParameter[]): Parameters {
  return Object.fromEntries(declared.map((parameter) => [parameter.name, parameter.default]));
}

/**
 * The parameters that a page's query asks for, the rest at their defaults; `refused` names what was foreign or out of range.
 * Input -> output: `?first-stream.temperature=9` -> the defaults, refused `['temperature']`.
 */
export function parametersFromQuery(
  id: string,
  declared: readonly PageParameter[],
  query: URLSearchParams,
): { parameters: Parameters; refused: string[] } {
  const parameters = defaultParameters(declared);
  const refused: string[] = [];
  for (const [key, text] of query) {
    if (!key.startsWith(`${id}.`)) continue;
    const name = key.slice(id.length + 1);
    const parameter = declared.find((each) => each.name === name);
    const value = parameter && acceptParameter(parameter, text);
    if (value === undefined) refused.push(name);
    else parameters[name] = value;
  }
  return { parameters, refused };
}

/** The query with this playground's differences from its defaults, and whatever else stood in it. */
export function queryWithParameters(
  id: string,
  declared: readonly PageParameter[],
  parameters: Parameters,
  query: URLSearchParams,
): URLSearchParams {
  const next = new URLSearchParams([...query].filter(([key]) => !key.startsWith(`${id}.`)));
  for (const { name, default: unchanged } of declared) {
    const value = parameters[name];
    if (value !== undefined && value !== unchanged) next.set(`${id}.${name}`, String(value));
  }
  return next;
}

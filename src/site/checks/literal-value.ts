import type { NodeOf } from './lesson.ts';

/** The parsed JavaScript between the braces of `prop={...}`. */
type Program = NonNullable<NonNullable<NodeOf<'mdxFlowExpression'>['data']>['estree']>;
type Expression = Extract<Program['body'][number], { type: 'ExpressionStatement' }>['expression'];

/** A value written out in MDX: what a prop holds when it is neither computed nor imported. */
export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal };

/** Thrown for a prop whose value cannot be read without running it. */
export class NotLiteralError extends Error {
  override readonly name = 'NotLiteralError';
}

/** The program of one `prop={...}` -> its value. Throws NotLiteralError when it is computed. */
export function readProgram(program: Program | null | undefined): Literal {
  const statement = program?.body[0];
  if (statement?.type !== 'ExpressionStatement') throw new NotLiteralError('empty expression');
  return readExpression(statement.expression);
}

function readExpression(node: Expression): Literal {
  switch (node.type) {
    case 'Literal': {
      const { value } = node;
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
        return value;
      throw new NotLiteralError('a regular expression or a big integer');
    }
    case 'UnaryExpression': {
      const value = readExpression(node.argument);
      if (node.operator === '-' && typeof value === 'number') return -value;
      throw new NotLiteralError(`operator ${node.operator}`);
    }
    case 'TemplateLiteral': {
      const [only] = node.quasis;
      if (node.expressions.length === 0 && only) return only.value.cooked ?? only.value.raw;
      throw new NotLiteralError('a template with expressions');
    }
    case 'ArrayExpression':
      return node.elements.map((element) => {
        if (!element || element.type === 'SpreadElement') throw new NotLiteralError('a hole or a spread');
        return readExpression(element);
      });
    case 'ObjectExpression':
      return Object.fromEntries(
        node.properties.map((property) => {
          if (property.type !== 'Property' || property.computed)
            throw new NotLiteralError('a spread or a computed key');
          const { key, value } = property;
          if (key.type !== 'Identifier' && key.type !== 'Literal') throw new NotLiteralError('a computed key');
          const name = key.type === 'Identifier' ? key.name : String(key.value);
          return [name, readExpression(value as Expression)];
        }),
      );
    default:
      throw new NotLiteralError(node.type);
  }
}

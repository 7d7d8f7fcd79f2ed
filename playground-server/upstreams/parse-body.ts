import type * as z from 'zod/mini';
import { engineFailed } from './upstream-problem.ts';

/** Body of an answer -> what the schema says. Throws engine_failed when it is no JSON or another thing. */
export function parseBody<Schema extends z.ZodMiniType>(schema: Schema, body: Buffer): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(body.toString()));
  } catch (cause) {
    throw engineFailed(cause);
  }
}

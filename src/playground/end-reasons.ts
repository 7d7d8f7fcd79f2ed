import type { RequestState } from './run-state.ts';
import type { Words } from './ui-strings.ts';

/** Why the requests of a run ended. One reason for all: `reached the limit`; else each with its count: `reached the limit: 6; stopped: 2`. */
export function sayEndReasons(requests: Iterable<RequestState>, words: Words): string {
  const counts = new Map<string, number>();
  for (const { endReason } of requests) if (endReason) counts.set(endReason, (counts.get(endReason) ?? 0) + 1);
  const reasons = [...counts].sort(([, a], [, b]) => b - a);
  if (reasons.length === 1) return reasons.map(([reason]) => words.t(`playground.end.${reason}`)).join('');
  return reasons
    .map(([reason, count]) => words.t('playground.end.count', { reason: words.t(`playground.end.${reason}`), count }))
    .join(words.t('playground.listSeparator'));
}

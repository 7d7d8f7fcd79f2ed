import type { Gauge } from '#experiments/run-calls.ts';
import type { TritonStatistics } from './triton-statistics.ts';

/** What Triton counted from one moment to another -> gauges; times are means per request. None when it counted nothing. */
export function gaugesOf(before: TritonStatistics, after: TritonStatistics): Gauge[] {
  const grown = (...names: (keyof TritonStatistics)[]) =>
    names.reduce((sum, name) => sum + after[name] - before[name], 0);
  const requests = grown('requests');
  if (requests <= 0) return [];
  const computeMs = grown('computeInputMs', 'computeInferMs', 'computeOutputMs');
  return [
    { name: 'inferences', value: grown('inferences'), unit: 'count' },
    { name: 'executions', value: grown('executions'), unit: 'count' },
    { name: 'queueMeanMs', value: grown('queueMs') / requests, unit: 'ms' },
    { name: 'computeMeanMs', value: computeMs / requests, unit: 'ms' },
  ];
}

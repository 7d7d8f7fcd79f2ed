import * as z from 'zod/mini';

const Duration = z.object({ count: z.number(), ns: z.number() });
const Stats = z.object({
  model_stats: z.array(
    z.object({
      inference_count: z.number(),
      execution_count: z.number(),
      inference_stats: z.object({
        success: Duration,
        fail: Duration,
        queue: Duration,
        compute_input: Duration,
        compute_infer: Duration,
        compute_output: Duration,
      }),
    }),
  ),
});

/** What Triton has counted for a model since it was loaded, over all its versions. Take the difference of two to judge a run. */
export interface TritonStatistics {
  /** requests, each of which may hold several inferences as a batch of its own */
  requests: number;
  failedRequests: number;
  inferences: number;
  /** times the model ran; fewer than inferences when the dynamic batcher puts requests together */
  executions: number;
  /** sums over successful requests, milliseconds */
  requestMs: number;
  queueMs: number;
  computeInputMs: number;
  computeInferMs: number;
  computeOutputMs: number;
}

const NS_PER_MS = 1_000_000;

/** The schema of GET /v2/models/{model}/stats, nanoseconds turned into milliseconds. */
export const TritonStatistics = z.pipe(
  Stats,
  z.transform(({ model_stats }): TritonStatistics => {
    const sum = (read: (stats: (typeof model_stats)[number]) => number) =>
      model_stats.reduce((total, stats) => total + read(stats), 0);
    const ms = (name: Exclude<keyof (typeof model_stats)[number]['inference_stats'], 'fail'>) =>
      sum(({ inference_stats }) => inference_stats[name].ns) / NS_PER_MS;
    return {
      requests: sum(({ inference_stats }) => inference_stats.success.count),
      failedRequests: sum(({ inference_stats }) => inference_stats.fail.count),
      inferences: sum(({ inference_count }) => inference_count),
      executions: sum(({ execution_count }) => execution_count),
      requestMs: ms('success'),
      queueMs: ms('queue'),
      computeInputMs: ms('compute_input'),
      computeInferMs: ms('compute_infer'),
      computeOutputMs: ms('compute_output'),
    };
  }),
);

import { ProblemError, describeReceived } from '#contract/problem-error.ts';
import type { RunRequest, UpstreamKind } from '#contract/run-request.ts';
import { catalogue, findExperiment } from '#experiments/catalogue.ts';
import { type Experiment, type PlannedCall, checkParameters } from '#experiments/experiment.ts';
import type { Upstream } from '../upstreams/upstream.ts';

/** When an engine is down, when to look again. */
const UNREACHABLE_RETRY_AFTER_MS = 1000;

export interface RunPlan {
  experiment: Experiment;
  calls: readonly PlannedCall[];
  /** one, or all engines of an experiment that uses them together */
  targets: readonly [Upstream, ...Upstream[]];
}

/** Request -> the calls to make and the engines to make them on. Rejects with a ProblemError; makes no call itself. */
export async function planRun(request: RunRequest, upstreams: readonly Upstream[]): Promise<RunPlan> {
  const experiment = findExperiment(request.experiment);
  if (!experiment)
    throw new ProblemError({
      code: 'not_found',
      reason: 'experiment_unknown',
      details: {
        parameter: 'experiment',
        allowed: catalogue.map(({ id }) => id).join(', '),
        received: describeReceived(request.experiment),
      },
    });
  const parameters = checkParameters(experiment, request.parameters);
  const calls = experiment.plan(parameters);
  const [first, ...others] = await Promise.all(
    experiment.together
      ? experiment.upstreams.map((upstream) => chooseUpstream(experiment, { ...request, upstream }, upstreams))
      : [chooseUpstream(experiment, request, upstreams)],
  );
  return { experiment, calls, targets: [first!, ...others] };
}

/** The engine that was asked for; else the first that can run it, in the experiment's order, the embedded one last. */
async function chooseUpstream(
  experiment: Experiment,
  request: RunRequest,
  upstreams: readonly Upstream[],
): Promise<Upstream> {
  const { upstreams: order } = experiment;
  const rank = ({ engine: { id } }: Upstream) => (id === 'embedded' ? order.length : order.indexOf(id));
  const suited = upstreams
    .filter(({ engine }) => order.includes(engine.id))
    .sort((one, other) => rank(one) - rank(other));
  const named = suited.filter(({ engine }) => request.upstream === undefined || engine.id === request.upstream);
  for (const upstream of named)
    if ((await upstream.reachable()) && (await meetsNeeds(experiment, upstream))) return upstream;
  if (named.length > 0)
    throw new ProblemError({
      code: 'unavailable',
      reason: 'engine_unreachable',
      retryAfterMs: UNREACHABLE_RETRY_AFTER_MS,
    });
  throw new ProblemError({
    code: 'not_found',
    reason: 'experiment_not_offered',
    details: {
      parameter: 'upstream',
      allowed: suited.map(({ engine }) => engine.id).join(', ') || '-',
      received: request.upstream ?? experiment.id,
    },
  });
}

/**
 * Experiment ids -> the upstreams here that can run them; experiments that none can run are absent. An engine that does not
 * answer keeps its experiments, so that a page can say what is wrong; one that answers and lacks their models does not, nor does one of several that are used together.
 */
export async function offeredExperiments(upstreams: readonly Upstream[]): Promise<Record<string, UpstreamKind[]>> {
  const offers = await Promise.all(
    catalogue.map(async (experiment): Promise<[string, UpstreamKind[]]> => {
      const suited = upstreams.filter(({ engine }) => experiment.upstreams.includes(engine.id));
      const able = await Promise.all(
        suited.map(async (upstream) =>
          (await upstream.reachable()) ? meetsNeeds(experiment, upstream) : experiment.together === undefined,
        ),
      );
      const kinds = suited.filter((_, index) => able[index]).map(({ engine }) => engine.id);
      return [experiment.id, experiment.together && kinds.length < experiment.upstreams.length ? [] : kinds];
    }),
  );
  return Object.fromEntries(offers.filter(([, kinds]) => kinds.length > 0));
}

async function meetsNeeds({ needs }: Experiment, upstream: Upstream): Promise<boolean> {
  return needs === undefined || (await upstream.meets?.(needs)) === true;
}

import { ProblemError, describeReceived } from '#contract/problem.ts';
import type { RunRequest, UpstreamKind } from '#contract/run-request.ts';
import { catalogue, findExperiment } from '#experiments/catalogue.ts';
import { type Experiment, type PlannedCall, checkParameters } from '#experiments/experiment.ts';
import type { Upstream } from '../upstreams/upstream.ts';

/** When an engine is down, when to look again. */
const UNREACHABLE_RETRY_AFTER_MS = 1000;

export interface RunPlan {
  experiment: Experiment;
  calls: readonly PlannedCall[];
  target: Upstream;
}

/** Request -> the calls to make and the engine to make them on. Throws a ProblemError; makes no call itself. */
export function planRun(request: RunRequest, upstreams: readonly Upstream[]): RunPlan {
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
  return { experiment, calls: experiment.plan(parameters), target: chooseUpstream(experiment, request, upstreams) };
}

function chooseUpstream(experiment: Experiment, request: RunRequest, upstreams: readonly Upstream[]): Upstream {
  const suited = upstreams.filter(({ engine }) => experiment.upstreams.includes(engine.id));
  const named = suited.filter(({ engine }) => request.upstream === undefined || engine.id === request.upstream);
  const target = named.find((upstream) => upstream.reachable());
  if (target) return target;
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

/** Experiment ids -> the upstreams here that can run them; experiments that none can run are absent. */
export function offeredExperiments(upstreams: readonly Upstream[]): Record<string, UpstreamKind[]> {
  return Object.fromEntries(
    catalogue
      .map((experiment): [string, UpstreamKind[]] => [
        experiment.id,
        upstreams.map(({ engine }) => engine.id).filter((id) => experiment.upstreams.includes(id)),
      ])
      .filter(([, kinds]) => kinds.length > 0),
  );
}

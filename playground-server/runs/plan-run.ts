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

/** Request -> the calls to make and the engine to make them on. Rejects with a ProblemError; makes no call itself. */
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
  return { experiment, calls, target: await chooseUpstream(experiment, request, upstreams) };
}

/** The engine that was asked for; else the first that answers, in the experiment's order, the embedded one last. */
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
  for (const upstream of named) if (await upstream.reachable()) return upstream;
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

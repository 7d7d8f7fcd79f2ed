import type { ParameterValue, Parameters } from '#contract/run-request.ts';
import { type DeclaredParameter, type Experiment, checkParameters } from '#experiments/experiment.ts';
import type { PageParameter } from './parameter-url.ts';

/**
 * Build time: an experiment's declaration and a lesson's preset -> the parameters of one playground, in the page's language.
 * Throws a ProblemError that names the parameter when the preset would be refused.
 */
export function pageParameters(experiment: Experiment, language: 'en' | 'zh-TW', preset: Parameters): PageParameter[] {
  checkParameters(experiment, preset);
  return experiment.parameters.map((declared) => withDefault(declared, language, preset[declared.name]));
}

function withDefault(
  declared: DeclaredParameter,
  language: 'en' | 'zh-TW',
  preset: ParameterValue | undefined,
): PageParameter {
  switch (declared.kind) {
    case 'number':
      return { ...declared, default: Number(preset ?? declared.default) };
    case 'choice':
    case 'drawing':
      return { ...declared, default: String(preset ?? declared.default) };
    case 'text':
      return { ...declared, default: String(preset ?? declared.default[language]) };
    default:
      return declared satisfies never;
  }
}

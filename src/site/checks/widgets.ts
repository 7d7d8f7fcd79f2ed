import { ProblemError } from '#contract/problem-error.ts';
import type { ParameterValue } from '#contract/run-request.ts';
import { findExperiment, catalogue } from '#experiments/catalogue.ts';
import { checkParameters } from '#experiments/experiment.ts';
import * as z from 'zod/mini';
import { glossary, isTermId } from '../glossary.ts';
import { QuizQuestions } from '../quiz.ts';
import { readLabFile } from '../labs.ts';
import type { Finding } from './finding.ts';
import type { Lesson, LessonWidget } from './lesson.ts';
import type { Literal } from './literal-value.ts';

export interface Surroundings {
  /** the project's root, where content/labs lies */
  root: string;
  /** the day of the check, `YYYY-MM-DD` */
  today: string;
}

/** Every widget of a page against what its component needs. */
export function checkWidgets(lesson: Lesson, around: Surroundings): Finding[] {
  // A heading's id is an element's id too.
  const ids = new Set(lesson.items.flatMap((item) => (item.kind === 'heading' && item.id ? [item.id] : [])));
  return lesson.items.flatMap((item) => {
    if (item.kind !== 'widget') return [];
    const errors = [...checkOne(item, around), ...checkUnique(item, ids)];
    return errors.map((error) => ({ place: `${lesson.path}:${item.line}`, error: `<${item.name}> ${error}` }));
  });
}

function checkOne(widget: LessonWidget, around: Surroundings): string[] {
  switch (widget.name) {
    case 'Term':
      return checkTerm(widget);
    case 'Source':
      return checkSource(widget, around.today);
    case 'Playground':
      return checkPlayground(widget);
    case 'Quiz':
      return checkQuiz(widget);
    case 'LabFile':
      return checkLabFile(widget, around.root);
    default:
      return [];
  }
}

/** Widgets whose id names stored answers or a link target. */
const IDENTIFIED = ['Playground', 'Explorable', 'Quiz', 'Predict', 'Worked'];

function checkUnique(widget: LessonWidget, ids: Set<string>): string[] {
  if (!IDENTIFIED.includes(widget.name)) return [];
  const { id } = widget.props;
  if (typeof id !== 'string' || !/^[a-z0-9-]+$/.test(id)) return ['needs an id of small Latin letters, digits and -.'];
  if (ids.has(id)) return [`has the id "${id}", which is taken on this page: choose another.`];
  ids.add(id);
  return [];
}

function checkTerm({ props }: LessonWidget): string[] {
  const { id } = props;
  return typeof id === 'string' && isTermId(id)
    ? []
    : [
        `has no such term: ${show(id)}. Add it to src/site/glossary.ts, or use one of: ${Object.keys(glossary).join(', ')}.`,
      ];
}

function checkSource({ props, text }: LessonWidget, today: string): string[] {
  const { url, openedOn } = props;
  const errors: string[] = [];
  if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'https:')
    errors.push(`needs url="https://…", received ${show(url)}.`);
  if (!z.iso.date().safeParse(openedOn).success)
    errors.push(`needs openedOn="YYYY-MM-DD", the day somebody read the source, received ${show(openedOn)}.`);
  else if (typeof openedOn === 'string' && openedOn > today)
    errors.push(`has openedOn ${show(openedOn)}, which is after today (${today}).`);
  if (text.trim() === '') errors.push('needs the claim between its tags.');
  return errors;
}

function checkPlayground({ props }: LessonWidget): string[] {
  const experiment = typeof props['experiment'] === 'string' ? findExperiment(props['experiment']) : undefined;
  if (!experiment)
    return [
      `has no such experiment: ${show(props['experiment'])}. Use one of: ${catalogue.map(({ id }) => id).join(', ')}.`,
    ];
  try {
    checkParameters(experiment, (props['preset'] ?? {}) as Record<string, ParameterValue>);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { parameter, allowed, received } = error.problem.details ?? {};
    return [
      `preset: ${error.problem.reason} "${parameter ?? ''}". Allowed: ${allowed ?? ''}. Received: ${received ?? ''}.`,
    ];
  }
}

function checkQuiz({ props }: LessonWidget): string[] {
  const result = QuizQuestions.safeParse(props['questions']);
  return result.success ? [] : [`questions:\n${z.prettifyError(result.error)}`];
}

function checkLabFile({ props }: LessonWidget, root: string): string[] {
  const { lab, file, region } = props;
  if (typeof lab !== 'string' || typeof file !== 'string') return ['needs lab="…" and file="…".'];
  try {
    readLabFile(root, lab, file, typeof region === 'string' ? region : undefined);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function show(value: Literal | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

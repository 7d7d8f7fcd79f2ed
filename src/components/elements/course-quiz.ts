import { wordsOfPage } from '#playground/ui-strings.ts';
import { gradeQuiz, type Answered } from './quiz-grade.ts';
import { readQuiz, writeQuiz } from './quiz-store.ts';

/** `<course-quiz>`: grades the server-rendered form of Quiz.astro. `data-state` is `open` or `checked`. */
export class CourseQuiz extends HTMLElement {
  readonly #words = wordsOfPage();

  connectedCallback(): void {
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#check();
    });
    this.addEventListener('change', (event) => this.#reopen(event.target));
    this.#button('review').addEventListener('click', () => this.#review());
    this.#button('reset').addEventListener('click', () => this.#reset());
    for (const control of this.#inputs()) control.disabled = false;
    this.#submit.disabled = false;
    this.#restore();
  }

  get #key(): string {
    return this.dataset['key'] ?? '';
  }

  #inputs(within: ParentNode = this): HTMLInputElement[] {
    return [...within.querySelectorAll('input')];
  }

  get #questions(): HTMLFieldSetElement[] {
    return [...this.querySelectorAll('fieldset')];
  }

  get #submit(): HTMLButtonElement {
    return this.querySelector<HTMLButtonElement>('.quiz-actions > button:not([type])')!;
  }

  #button(action: 'review' | 'reset'): HTMLButtonElement {
    return this.querySelector<HTMLButtonElement>(`[data-action="${action}"]`)!;
  }

  #answered(): Answered[] {
    return this.#questions.map((question) => {
      const options = [...question.querySelectorAll('.quiz-option')];
      const where = (holds: (option: Element) => boolean) =>
        options.flatMap((option, index) => (holds(option) ? index : []));
      return {
        id: question.dataset['question'] ?? '',
        chosen: where((option) => option.querySelector('input')?.checked === true),
        correct: where((option) => option.hasAttribute('data-correct')),
      };
    });
  }

  #check(): void {
    const answered = this.#answered();
    const { open } = gradeQuiz(answered);
    if (open.length > 0) {
      this.#say(this.#words.t('quiz.unanswered', { questions: open.join(', ') }));
      this.#questions[open[0]! - 1]?.querySelector('input')?.focus();
      return;
    }
    writeQuiz(localStorageOrNone(), this.#key, {
      checkedAt: new Date().toISOString(),
      answers: Object.fromEntries(answered.map(({ id, chosen }) => [id, [...chosen]])),
    });
    this.#show();
  }

  /** Marks every question, shows the reason of every chosen option, and says the count. */
  #show(): void {
    const grade = gradeQuiz(this.#answered());
    this.dataset['state'] = 'checked';
    for (const question of this.#questions) {
      question.dataset['result'] = grade.right.includes(question.dataset['question'] ?? '') ? 'right' : 'wrong';
      for (const option of question.querySelectorAll('.quiz-option'))
        option.querySelector<HTMLElement>('.quiz-feedback')!.hidden = option.querySelector('input')?.checked !== true;
    }
    this.#button('review').disabled = grade.wrong.length === 0;
    this.#button('reset').disabled = false;
    this.#say(this.#words.t('quiz.score', { right: grade.right.length, total: this.#questions.length }));
  }

  /** A changed answer is no longer the graded one: its marks go until the next Check. */
  #reopen(target: EventTarget | null): void {
    const question = target instanceof Element ? target.closest('fieldset') : null;
    if (question) this.#clear(question);
  }

  #clear(question: HTMLFieldSetElement): void {
    delete question.dataset['result'];
    for (const feedback of question.querySelectorAll<HTMLElement>('.quiz-feedback')) feedback.hidden = true;
  }

  /** Only the questions answered wrong, or all again. */
  #review(): void {
    const reviewing = this.toggleAttribute('data-reviewing');
    const button = this.#button('review');
    button.textContent = this.#words.t(reviewing ? 'quiz.all' : 'quiz.review');
    for (const question of this.#questions) question.hidden = reviewing && question.dataset['result'] === 'right';
    if (reviewing) this.querySelector<HTMLInputElement>('fieldset:not([hidden]) input:checked')?.focus();
  }

  #reset(): void {
    writeQuiz(localStorageOrNone(), this.#key, undefined);
    if (this.hasAttribute('data-reviewing')) this.#review();
    this.querySelector('form')?.reset();
    for (const question of this.#questions) this.#clear(question);
    delete this.dataset['state'];
    this.#button('review').disabled = true;
    this.#button('reset').disabled = true;
    this.#say('');
    this.querySelector('input')?.focus();
  }

  #restore(): void {
    const stored = readQuiz(localStorageOrNone(), this.#key);
    if (!stored) return;
    for (const question of this.#questions) {
      const chosen = stored.answers[question.dataset['question'] ?? ''] ?? [];
      for (const [index, input] of this.#inputs(question).entries()) input.checked = chosen.includes(index);
    }
    if (gradeQuiz(this.#answered()).open.length === 0) this.#show();
  }

  #say(text: string): void {
    this.querySelector('.quiz-status')!.textContent = text;
  }
}

/** Reading the property itself throws where a browser blocks storage. */
function localStorageOrNone(): Storage | { getItem: () => null; setItem: () => void; removeItem: () => void } {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}

customElements.define('course-quiz', CourseQuiz);

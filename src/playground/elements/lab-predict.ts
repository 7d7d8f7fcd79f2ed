const STORAGE_KEY = 'eis:predictions';

/** What the learner committed to: a choice, or that they would rather not. */
export type Prediction = { kind: 'made'; choice: string; text: string } | { kind: 'skipped' };

/**
 * `<lab-predict>`: a question that comes before the run. Upgrades the server-rendered form of Predict.astro.
 * `data-state` is `pending`, `made` or `skipped`; a `predict` event bubbles when it changes. A made prediction is kept
 * on this device, under the id of the question: { "<id>": "<choice id>" }.
 */
export class LabPredict extends HTMLElement {
  prediction: Prediction | undefined;

  connectedCallback(): void {
    for (const control of this.querySelectorAll<HTMLFieldSetElement>('fieldset')) control.disabled = false;
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      const choice = this.querySelector<HTMLInputElement>('input:checked')?.value;
      if (choice === undefined) return;
      storePrediction(this.dataset['id'] ?? '', choice);
      this.#settle(choice);
      this.#focusNote();
    });
    this.querySelector('[data-action="skip"]')?.addEventListener('click', () => {
      this.#settle(undefined);
      this.#focusNote();
    });
    this.querySelector('[data-action="again"]')?.addEventListener('click', () => {
      this.prediction = undefined;
      this.#announce('pending');
      this.ask();
    });
    const stored = storedPredictions()[this.dataset['id'] ?? ''];
    const input = this.querySelector<HTMLInputElement>(`input[value="${CSS.escape(stored ?? '')}"]`);
    if (stored !== undefined && input) {
      input.checked = true;
      this.#settle(stored);
    }
  }

  /** The reason, shown beside the result after the run. */
  get because(): string {
    return this.dataset['because'] ?? '';
  }

  /** Puts the focus on the question: the run waits for an answer or a skip. */
  ask(): void {
    this.toggleAttribute('data-asked', true);
    this.querySelector<HTMLInputElement>('input')?.focus();
  }

  #settle(choice: string | undefined): void {
    const label = this.querySelector(`input[value="${CSS.escape(choice ?? '')}"]`)?.closest('label');
    this.prediction =
      choice === undefined ? { kind: 'skipped' } : { kind: 'made', choice, text: label?.textContent.trim() ?? choice };
    this.#announce(this.prediction.kind);
  }

  /** The form has gone with the button that was pressed: its focus goes to what stands there now. */
  #focusNote(): void {
    this.querySelector<HTMLElement>('.predict-settled')?.focus();
  }

  #announce(state: 'pending' | Prediction['kind']): void {
    this.dataset['state'] = state;
    this.dispatchEvent(new CustomEvent('predict', { bubbles: true }));
  }
}

/**
 * Prediction, result and reason side by side, in the parts of an element that holds a question: shown once there is both a
 * result, given as words, and a prediction or a skip.
 */
export function showComparison(root: HTMLElement, result: string | undefined, skipped: string): void {
  const part = (name: string) => root.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  const predict = root.querySelector<LabPredict>('lab-predict');
  const prediction = predict?.prediction;
  part('comparison').hidden = result === undefined || !prediction;
  if (result === undefined || !predict || !prediction) return;
  part('predicted').textContent = prediction.kind === 'made' ? prediction.text : skipped;
  part('result').textContent = result;
  part('reason').textContent = predict.because;
}

/** Storage may be off, full, or hold what an older page wrote: then there are no predictions, and that is all. */
function storedPredictions(): Partial<Record<string, string>> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    return Object.fromEntries(Object.entries(stored).filter(([, choice]) => typeof choice === 'string'));
  } catch {
    return {};
  }
}

function storePrediction(id: string, choice: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...storedPredictions(), [id]: choice }));
  } catch {
    // Storage is off: the prediction lasts for this page.
  }
}

customElements.define('lab-predict', LabPredict);

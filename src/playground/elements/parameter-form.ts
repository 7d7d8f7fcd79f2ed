import type { Parameters } from '#contract/run-request.ts';
import { type PageParameter, acceptParameter } from '../parameter-url.ts';
import type { Words } from '../ui-strings.ts';

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** The controls of one playground as parameters, both ways. The browser's own validation says what a control refuses. */
export class ParameterForm {
  readonly #form: HTMLFormElement;
  readonly #declared: readonly PageParameter[];
  readonly #words: Words;

  constructor(form: HTMLFormElement, declared: readonly PageParameter[], words: Words) {
    this.#form = form;
    this.#declared = declared;
    this.#words = words;
    for (const fieldset of form.querySelectorAll('fieldset')) fieldset.disabled = false;
    form.addEventListener('input', () => this.#showValues());
  }

  write(parameters: Parameters): void {
    for (const { name } of this.#declared) {
      const value = parameters[name];
      const control = this.#control(name);
      if (!control || value === undefined) continue;
      control.value = String(value);
      control.dispatchEvent(new Event('parameter-written')); // a drawing shows its value by itself
    }
    this.#showValues();
  }

  /** The parameters, or undefined when a control holds what its declaration refuses; that control is then marked. */
  read(): Parameters | undefined {
    const parameters: Parameters = {};
    for (const declared of this.#declared) {
      const control = this.#control(declared.name);
      const value = control ? acceptParameter(declared, control.value) : undefined;
      control?.setCustomValidity(value === undefined ? this.#refusal(declared) : '');
      if (value !== undefined) parameters[declared.name] = value;
    }
    return this.#form.checkValidity() ? parameters : undefined;
  }

  /** Says at the first bad control what is wrong with it. */
  report(): void {
    // What is folded away cannot take the focus.
    for (const details of this.#form.querySelectorAll<HTMLDetailsElement>('details:has(:invalid)')) details.open = true;
    this.#form.reportValidity();
  }

  #control(name: string): Control | null {
    return this.#form.querySelector<Control>(`[data-parameter="${CSS.escape(name)}"]`);
  }

  #refusal(declared: PageParameter): string {
    if (declared.kind === 'number')
      return this.#words.t('playground.refused.number', { min: declared.min, max: declared.max });
    if (declared.kind === 'text') return this.#words.t('playground.refused.text', { max: declared.maxBytes });
    return this.#words.t(declared.kind === 'drawing' ? 'playground.refused.drawing' : 'playground.refused.choice');
  }

  /** A slider does not say its number by itself, nor a text its length. */
  #showValues(): void {
    for (const output of this.#form.querySelectorAll('output')) {
      const control = this.#control(output.dataset['of'] ?? '');
      if (control) output.textContent = this.#words.number(Number(control.value));
    }
    for (const declared of this.#declared) {
      const shown = this.#form.querySelector<HTMLElement>(`[data-length-of="${CSS.escape(declared.name)}"]`);
      if (declared.kind !== 'text' || !shown) continue;
      const used = new TextEncoder().encode(this.#control(declared.name)?.value).length;
      shown.textContent = this.#words.t('playground.textLength', { used, max: declared.maxBytes });
      shown.toggleAttribute('data-over', used > declared.maxBytes);
    }
  }
}

import { ProblemError } from '#contract/problem-error.ts';
import type { Parameters } from '#contract/run-request.ts';
import type { NextToken } from '#engine/engine-messages.ts';
import { samplingOf } from '#experiments/sampling-parameters.ts';
import { element } from '#playground/chart/html.ts';
import { toHtml } from '#playground/chart/markup.ts';
import { showComparison } from '#playground/elements/lab-predict.ts';
import { ParameterForm } from '#playground/elements/parameter-form.ts';
import { defaultParameters, parametersFromQuery, queryWithParameters } from '#playground/parameter-url.ts';
import { visibleToken } from '#playground/plots/visible-token.ts';
import { type Words, wordsOfPage } from '#playground/ui-strings.ts';
import { type SamplerStages, sampleInStages } from './sampler-stages.ts';
import { MAX_ANSWER_TOKENS, SHOWN_CANDIDATES, parseAnswer, randomOf, samplerParameters } from './sampler-state.ts';
import { samplerSentences, samplerTable } from './sampler-table.ts';

/** A pause this long in typing takes the prompt as it stands. */
const TYPING_PAUSE_MS = 400;
/** What the model ends an answer with; nothing may follow it. */
const END = '<|end|>';

/**
 * `<explorable-sampler>`: from logits to the next token, stage by stage, on the tiny engine in this tab. Upgrades the HTML of
 * Explorable.astro, which holds the first state as the build computed it. `data-state` is `static`, `loading`, `ready` or
 * `failed`; the engine is fetched at a click. Attributes: `data-model-file`, `data-prompts` ({ preset: prompt }).
 */
export class ExplorableSampler extends HTMLElement {
  #words!: Words;
  #form!: ParameterForm;
  #parameters: Parameters = defaultParameters(samplerParameters);
  #answer: number[] = [];
  #next: NextToken | undefined;
  #stages: SamplerStages | undefined;
  /** raised at each question to the engine: an answer to an older one is dropped */
  #asked = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    if (this.dataset['upgraded'] !== undefined) return;
    this.dataset['upgraded'] = '';
    this.#words = wordsOfPage();
    const form = this.querySelector<HTMLFormElement>('form.sampler-form')!;
    this.#form = new ParameterForm(form, samplerParameters, this.#words);
    this.#button('load').disabled = false;
    this.#setEnabled(false);
    const { parameters, refused } = parametersFromQuery(
      this.id,
      samplerParameters,
      new URLSearchParams(location.search),
    );
    this.#parameters = parameters;
    this.#form.write(parameters);
    if (refused.length > 0) this.#say('playground.urlRefused', { names: refused.join(', ') });
    else if (this.#isDeepLink()) this.#say('explorable.sampler.deepLink');

    this.addEventListener('predict', () => this.#compare());
    this.#onClick('load', () => void this.#ask());
    this.#onClick('draw', () => void this.#append());
    this.#onClick('back', () => void this.#setAnswer(this.#answer.slice(0, -1)));
    this.#onClick('restart', () => void this.#setAnswer([]));
    this.#onClick('reset', () => {
      this.#parameters = defaultParameters(samplerParameters);
      this.#form.write(this.#parameters);
      void this.#setAnswer([]);
    });
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('change', ({ target }) => this.#onChange(target as HTMLElement));
    form.addEventListener('input', ({ target }) => {
      if (target instanceof HTMLInputElement && target.type === 'range') this.#onChange(target);
      if (!(target instanceof HTMLTextAreaElement)) return;
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#onChange(target), TYPING_PAUSE_MS);
    });
  }

  /** A slider redraws from the logits at hand; another prompt needs new ones. */
  #onChange(target: HTMLElement): void {
    const name = target.dataset['parameter'];
    // Choosing a preset leaves the reader's own prompt.
    if (name === 'preset') this.querySelector<HTMLTextAreaElement>('[data-parameter="prompt"]')!.value = '';
    const read = this.#form.read();
    if (!read) {
      this.#form.report();
      return;
    }
    const asked = this.#prompt();
    this.#parameters = { ...this.#parameters, ...read };
    if (name !== 'preset' && name !== 'prompt') this.#show();
    else if (this.#next === undefined || this.#prompt() !== asked) void this.#setAnswer([]);
  }

  async #append(): Promise<void> {
    if (this.#stages) await this.#setAnswer([...this.#answer, this.#stages.drawnId]);
  }

  async #setAnswer(answer: number[]): Promise<void> {
    this.#parameters = { ...this.#parameters, answer: answer.join('-') };
    this.#writeUrl();
    await this.#ask();
  }

  /** Asks the engine for the logits after the prompt and the answer so far; the first time this loads it. */
  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    const first = this.#next === undefined;
    if (first) this.dataset['state'] = 'loading';
    this.#button('load').setAttribute('aria-disabled', 'true');
    try {
      const { browserEngine } = await import('#playground/browser-engine.ts');
      const onProgress = ({ loadedBytes, totalBytes = loadedBytes }: { loadedBytes: number; totalBytes?: number }) =>
        this.#say('playground.downloading', { loaded: loadedBytes / 1e6, total: totalBytes / 1e6 });
      const signal = new AbortController().signal;
      const client = await browserEngine(this.dataset['modelFile'] ?? '', { signal, ...(first && { onProgress }) });
      const prompt = this.#prompt();
      if (first) this.#next = await client.nextToken(prompt);
      const answer = parseAnswer(String(this.#parameters['answer']), this.#next?.texts.length ?? 0);
      const next = await client.nextToken(prompt, answer);
      if (asked !== this.#asked) return;
      this.#next = next;
      this.#answer = answer;
      const pressed = document.activeElement === this.#button('load');
      this.dataset['state'] = 'ready';
      this.#setEnabled(true);
      if (pressed) this.#button('draw').focus();
      this.#show();
    } catch (error) {
      if (asked !== this.#asked) return;
      this.dataset['state'] = 'failed';
      this.#button('load').setAttribute('aria-disabled', 'false');
      this.#say(`problem.${ProblemError.from(error).problem.reason}`);
    }
  }

  #prompt(): string {
    const prompts = JSON.parse(this.dataset['prompts'] ?? '{}') as Partial<Record<string, string>>;
    return String(this.#parameters['prompt']) || (prompts[String(this.#parameters['preset'])] ?? '');
  }

  #show(): void {
    this.#writeUrl();
    const next = this.#next;
    if (!next) return;
    const random = randomOf(this.#parameters, this.#answer.length);
    const stages = sampleInStages(next.logits, samplingOf(this.#parameters), random, SHOWN_CANDIDATES);
    this.#stages = stages;
    this.#part('table').replaceChildren(toHtml(samplerTable(stages, next.texts, this.#words)));
    const [kept, draw] = samplerSentences(stages, next.texts, this.#words);
    this.#part('kept').textContent = kept;
    this.#part('draw').textContent = draw;
    this.#part('prompt').textContent = this.#prompt();
    this.#part('answer').replaceChildren(
      ...this.#answer.map((id) => element('span', { class: 'token' }, visibleToken(next.texts[id] ?? ''))),
    );
    this.#compare();
    const ended = next.texts[this.#answer.at(-1) ?? -1] === END;
    const full = this.#answer.length >= MAX_ANSWER_TOKENS;
    // Not `disabled`: that would throw away the focus of whoever has just pressed the button.
    this.#button('draw').setAttribute('aria-disabled', String(ended || full));
    this.#button('back').setAttribute('aria-disabled', String(this.#answer.length === 0));
    const token = visibleToken(next.texts[stages.drawnId] ?? '');
    if (ended) this.#say('explorable.sampler.ended');
    else this.#say('explorable.sampler.step', { step: this.#answer.length + 1, token });
  }

  /** What the temperature did to the best candidate, beside what the learner expected, once it has been moved. */
  #compare(): void {
    const next = this.#next;
    const { temperature: from } = samplingOf(defaultParameters(samplerParameters));
    const options = samplingOf(this.#parameters);
    const moved = next !== undefined && options.temperature !== from;
    // Two candidates: the second place may be taken by the token drawn, the first is always the best.
    const best = (temperature: number) =>
      next && sampleInStages(next.logits, { ...options, temperature }, 0, 2).candidates[0];
    const [before, after] = [best(from), best(options.temperature)];
    const result = this.#words.t('explorable.sampler.compared', {
      token: visibleToken(next?.texts[before?.id ?? -1] ?? ''),
      logit: before?.logit ?? 0,
      from,
      before: this.#words.percent(before?.tempered ?? 0),
      to: options.temperature,
      after: this.#words.percent(after?.tempered ?? 0),
    });
    showComparison(this, moved ? result : undefined, this.#words.t('playground.predict.skipped'));
  }

  #isDeepLink(): boolean {
    const query = queryWithParameters(this.id, samplerParameters, this.#parameters, new URLSearchParams());
    return query.size > 0;
  }

  #writeUrl(): void {
    const current = new URLSearchParams(location.search);
    const query = queryWithParameters(this.id, samplerParameters, this.#parameters, current).toString();
    history.replaceState(history.state, '', `${location.pathname}${query ? `?${query}` : ''}${location.hash}`);
  }

  #setEnabled(enabled: boolean): void {
    for (const fieldset of this.querySelectorAll<HTMLFieldSetElement>('fieldset[data-needs-engine]'))
      fieldset.disabled = !enabled;
  }

  #say(key: string, values?: Record<string, string | number>): void {
    this.#part('status').textContent = this.#words.t(key, values);
  }

  #part(name: string): HTMLElement {
    return this.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  #button(action: string): HTMLButtonElement {
    return this.querySelector<HTMLButtonElement>(`[data-action="${action}"]`)!;
  }

  #onClick(action: string, handle: () => void): void {
    const button = this.#button(action);
    button.addEventListener('click', () => button.ariaDisabled !== 'true' && handle());
  }
}

customElements.define('explorable-sampler', ExplorableSampler);

import type { Problem } from '#contract/problem.ts';
import type { Origin } from '#contract/run-event.ts';
import { sayEndReasons } from '../end-reasons.ts';
import type { DownloadProgress } from '../run-source.ts';
import { type RunState, isActive } from '../run-state.ts';
import type { Words } from '../ui-strings.ts';

/** A screen reader is told how far a run is at most this often; what ends it is said at once. */
const SAY_EVERY_MS = 4000;
const BYTES_PER_MEGABYTE = 1e6;

/** The line that says what is going on, the progress of a download, the error with cause and remedy, and which buttons make sense. */
export class RunStatus {
  readonly #root: HTMLElement;
  readonly #words: Words;
  #phase: RunState['phase'] = 'idle';
  #saidAtMs = -Infinity;

  constructor(root: HTMLElement, words: Words) {
    this.#root = root;
    this.#words = words;
  }

  /** A short message in the polite live region. */
  say(key: string, values?: Record<string, string | number>): void {
    this.#saidAtMs = performance.now();
    this.#part('status').textContent = this.#words.t(key, values);
  }

  showProgress({ loadedBytes, totalBytes }: DownloadProgress): void {
    const progress = this.#part('progress') as HTMLProgressElement;
    progress.hidden = false;
    if (totalBytes) {
      progress.max = totalBytes;
      progress.value = loadedBytes;
    }
    this.#sayNowAndThen('playground.downloading', {
      loaded: loadedBytes / BYTES_PER_MEGABYTE,
      total: (totalBytes ?? loadedBytes) / BYTES_PER_MEGABYTE,
    });
  }

  show(run: RunState, nextRung: Origin | undefined): void {
    const active = isActive(run.phase);
    this.#offer('run', !active);
    this.#offer('stop', active);
    if (run.phase !== 'connecting') this.#part('progress').hidden = true;
    this.#showProblem(run, nextRung);
    const tokens = [...run.requests.values()].flatMap((request) => request.tokens);
    const answers = run.events.filter((event) => event.type === 'response').length;
    const values = {
      tokens: tokens.reduce((sum, token) => sum + token.tokenCount, 0),
      answers,
      position: run.queue?.position ?? 0,
      end: sayEndReasons(run.requests.values(), this.#words),
    };
    const key = `playground.${answers > 0 ? 'answers' : 'state'}.${run.phase}`;
    if (run.phase === this.#phase) {
      if (run.phase === 'running') this.#sayNowAndThen(key, values);
    } else if (run.phase !== 'idle') this.say(key, values);
    this.#phase = run.phase;
  }

  #sayNowAndThen(key: string, values: Record<string, string | number>): void {
    if (performance.now() - this.#saidAtMs >= SAY_EVERY_MS) this.say(key, values);
  }

  #showProblem(run: RunState, nextRung: Origin | undefined): void {
    const failed = run.phase === 'failed' && run.problem;
    this.#part('problem').hidden = !failed;
    if (!failed) return;
    this.#part('problem-words').textContent = this.#sayProblem(failed, run.origin);
    this.#part('problem-id').textContent =
      failed.requestId && this.#words.t('playground.requestId', { id: failed.requestId });
    const next = this.#button('next-rung');
    next.hidden = !nextRung;
    if (nextRung) next.textContent = this.#words.t(`playground.runOn.${nextRung}`);
  }

  #sayProblem({ reason, details, retryAfterMs }: Problem, origin: Origin | undefined): string {
    // No server restarts the engine of a tab.
    if (origin === 'browser' && reason === 'engine_failed') return this.#words.t('playground.browserEngineFailed');
    return this.#words.t(`problem.${reason}`, {
      parameter: details?.parameter ? this.#words.t(`parameter.${details.parameter}`) : '',
      allowed: details?.allowed ?? '',
      received: details?.received ?? '',
      seconds: Math.ceil((retryAfterMs ?? 0) / 1000),
    });
  }

  /** Not by `disabled`, which would throw away the focus of whoever has just pressed the button. */
  #offer(action: string, makesSense: boolean): void {
    this.#button(action).disabled = false;
    this.#button(action).setAttribute('aria-disabled', String(!makesSense));
  }

  #button(action: string): HTMLButtonElement {
    return this.#root.querySelector<HTMLButtonElement>(`[data-action="${action}"]`)!;
  }

  #part(name: string): HTMLElement {
    return this.#root.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }
}

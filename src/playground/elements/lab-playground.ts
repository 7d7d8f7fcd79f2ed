import type { Origin } from '#contract/run-event.ts';
import type { RunRequest } from '#contract/run-request.ts';
import type { PlotKind } from '#experiments/experiment.ts';
import { summariseRun } from '#metrics/summarise-run.ts';
import {
  type Ladder,
  chooseSource,
  currentOrigin,
  ladderOf,
  withReadersChoice,
  withoutLive,
} from '../choose-source.ts';
import { NO_COMPANION, storedCompanionAddress } from '../companion-address.ts';
import { canceled, failedEvent, notLoaded, notReached, streamBroken } from '../failed-event.ts';
import { openSource } from '../open-source.ts';
import { type PageParameter, defaultParameters, parametersFromQuery, queryWithParameters } from '../parameter-url.ts';
import type { FinishedRun } from '../plots/throughput-latency.ts';
import { type RunState, connect, idleRun, isActive, reduce } from '../run-state.ts';
import { type Words, wordsOfPage } from '../ui-strings.ts';
import { wireCompanionSettings } from './companion-settings.ts';
import { copyText } from './copy-text.ts';
import { type LabPredict, showComparison } from './lab-predict.ts';
import { ParameterForm } from './parameter-form.ts';
import { RunDrawer } from './run-drawer.ts';
import { RunStatus } from './run-status.ts';
import { RunView } from './run-view.ts';
import { SourcePicker } from './source-picker.ts';

/**
 * `<lab-playground>`: one experiment a learner can run. Upgrades the HTML of Playground.astro, which works as a figure and
 * a table without it. Attributes: `data-experiment`, `data-parameters` (PageParameter[]), `data-plots`, `data-origins`,
 * `data-companion`, `data-model-file`. `data-state` is the phase of the run. Nothing is asked of any server before the
 * reader touches the element, and nothing runs before Run.
 */
export class LabPlayground extends HTMLElement {
  #words!: Words;
  #declared: readonly PageParameter[] = [];
  #companion = '';
  #ladder: Ladder = { rungs: [] };
  #settled: Promise<void> | undefined;
  #run: RunState = idleRun;
  #history: FinishedRun[] = [];
  #abort: AbortController | undefined;
  #frame = 0;
  #form!: ParameterForm;
  #picker!: SourcePicker;
  #view!: RunView;
  #status!: RunStatus;
  #drawer!: RunDrawer;

  connectedCallback(): void {
    if (this.dataset['upgraded'] !== undefined) return;
    this.dataset['upgraded'] = '';
    this.#words = wordsOfPage();
    this.#declared = JSON.parse(this.dataset['parameters'] ?? '[]') as PageParameter[];
    this.#companion = storedCompanionAddress() ?? this.dataset['companion'] ?? '';
    this.#ladder = ladderOf(this.#list('origins') as Origin[]);
    const form = this.querySelector<HTMLFormElement>('form.playground-form')!;
    this.#form = new ParameterForm(form, this.#declared, this.#words);
    this.#view = new RunView(this, this.#words, this.#list('plots') as PlotKind[]);
    this.#status = new RunStatus(this, this.#words);
    this.#drawer = new RunDrawer(this.#part('drawer') as HTMLDetailsElement, this.#words, () =>
      this.#companion === NO_COMPANION ? 'http://localhost:4321' : this.#companion || location.origin,
    );
    this.#picker = new SourcePicker(this.#part('sources') as HTMLFieldSetElement, this.#words, {
      choose: (origin) => this.#climb((ladder) => withReadersChoice(ladder, origin)),
      retry: () => void this.#probe(),
    });
    wireCompanionSettings(this.#part('settings'), this.#words, (address) => {
      this.#companion = address ?? this.dataset['companion'] ?? '';
      void this.#probe();
    });
    this.#listen(form);
    this.#readUrl();
    this.#picker.show(this.#ladder);
    this.#show(idleRun);
  }

  disconnectedCallback(): void {
    this.#abort?.abort();
  }

  #listen(form: HTMLFormElement): void {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#start();
    });
    form.addEventListener('input', () => {
      this.#writeUrl();
      this.#markStale();
    });
    this.addEventListener('predict', () => {
      if (this.#run.phase === 'idle') this.#status.say('playground.state.idle');
      this.#compare();
    });
    // Not on hover: on a host without a companion the question leaves a 404 in the console of a reader who only passes by.
    this.addEventListener('focusin', () => void (this.#settled ?? this.#probe()), { once: true });
    this.#onClick('stop', () => this.#abort?.abort());
    this.#onClick('reset', () => {
      this.#form.write(defaultParameters(this.#declared));
      this.#writeUrl();
      this.#markStale();
    });
    this.#onClick('share', () => {
      const link = `${location.href.split('#')[0] ?? ''}#${this.id}`;
      const label = this.#words.t('playground.copyText');
      void copyText(link, this.querySelector<HTMLElement>('.playground-actions')!, label).then((outcome) =>
        this.#status.say(outcome === 'copied' ? 'playground.linkCopied' : 'playground.copySelected'),
      );
    });
    this.#onClick('next-rung', () => {
      const next = this.#nextRung();
      if (!next) return;
      // The button goes with the problem; the focus goes to its like.
      this.querySelector<HTMLButtonElement>('[data-action="run"]')!.focus();
      this.#climb((ladder) => withReadersChoice(ladder, next));
      void this.#start();
    });
  }

  /** Press of Run: parameters, prediction, rung, then the events of the run, one by one. */
  async #start(): Promise<void> {
    if (isActive(this.#run.phase)) return;
    const parameters = this.#form.read();
    if (!parameters) {
      this.#form.report();
      return;
    }
    const predict = this.#predict();
    if (predict && !predict.prediction) {
      predict.ask();
      this.#status.say('playground.predictFirst');
      return;
    }
    const abort = (this.#abort = new AbortController());
    const request: RunRequest = {
      contractVersion: Number(this.dataset['contractVersion']),
      experiment: this.dataset['experiment'] ?? '',
      parameters,
    };
    this.#show(connect(request, currentOrigin(this.#ladder) ?? 'live', new Date()));
    this.#markStale();
    const origin = await this.#waitForOrigin(abort.signal);
    if (!origin) {
      this.#show(reduce(this.#run, failedEvent(abort.signal.aborted ? canceled : notReached, 0)));
      return;
    }
    const upstream = origin === 'live' ? this.#picker.upstream : undefined;
    if (upstream) request.upstream = upstream;
    this.#show({ ...this.#run, request, origin });
    await this.#follow(request, origin, abort.signal);
    if (this.#liveIsGone()) {
      // The companion answered the probe and has left since: fall to the next rung, which says so, and run there.
      this.#climb((ladder) => withoutLive(ladder, { kind: 'not_reachable' }));
      this.#show(this.#run);
      if (currentOrigin(this.#ladder)) return this.#start();
    }
    if (this.#run.phase === 'done') this.#remember();
    this.#show(this.#run);
  }

  /** Nothing of a live run arrived, and the reader did not insist on the live rung. */
  #liveIsGone(): boolean {
    const { origin, phase, problem, engines } = this.#run;
    return (
      origin === 'live' &&
      phase === 'failed' &&
      problem?.reason === 'engine_unreachable' &&
      problem.requestId === '' &&
      engines.length === 0 &&
      this.#ladder.readersChoice !== 'live'
    );
  }

  async #follow(request: RunRequest, origin: Origin, signal: AbortSignal): Promise<void> {
    try {
      const addresses = { companion: this.#companion, modelFile: this.dataset['modelFile'] ?? '' };
      const source = await openSource(origin, addresses);
      const onProgress = this.#status.showProgress.bind(this.#status);
      for await (const event of source.run(request, { signal, onProgress })) {
        this.#run = reduce(this.#run, event);
        this.dataset['state'] = this.#run.phase;
        this.#frame ||= requestAnimationFrame(() => this.#show(this.#run));
      }
    } catch {
      // Not the run but its code did not arrive: the connection is gone.
      this.#run = reduce(this.#run, failedEvent(origin === 'browser' ? notLoaded : notReached, 0));
    }
    this.#run = reduce(this.#run, failedEvent(signal.aborted ? canceled : streamBroken, 0));
  }

  /** The rung to run on, once it is known: at the latest when the next rung is offered. */
  #waitForOrigin(signal: AbortSignal): Promise<Origin | undefined> {
    const settled = (this.#settled ??= this.#probe());
    return new Promise((resolve) => {
      const look = () => {
        const origin = currentOrigin(this.#ladder);
        if (origin || signal.aborted) resolve(origin);
        return origin;
      };
      if (look()) return;
      this.addEventListener('ladder', look);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
      void settled.then(() => resolve(currentOrigin(this.#ladder)));
    });
  }

  #probe(): Promise<void> {
    if (!this.#ladder.rungs.some((rung) => rung.origin === 'live')) return Promise.resolve();
    const experiment = this.dataset['experiment'] ?? '';
    const address = this.#companion;
    // The next rung's code, while there is still a server to fetch it from: where one server has pages and engines, it is lost with both.
    this.#view.preparePlots();
    void this.#prepareNextRung();
    this.#settled = chooseSource({
      probe: async (signal) => (await import('../probe-companion.ts')).probeCompanion(address, experiment, signal),
      // The answer of an address the reader has since changed is no answer.
      onChange: (change) => address === this.#companion && this.#climb(change),
    });
    return this.#settled;
  }

  async #prepareNextRung(): Promise<void> {
    const isListed = (origin: Origin) => this.#ladder.rungs.some((rung) => rung.origin === origin);
    try {
      if (isListed('simulated')) await import('../simulated-source.ts');
      if (!isListed('browser')) return;
      await import('../browser-source.ts');
      const { prepareBrowserEngine } = await import('../browser-engine.ts');
      prepareBrowserEngine(this.dataset['modelFile'] ?? '');
    } catch {
      // Tried again, and reported, at Run.
    }
  }

  #climb(change: (ladder: Ladder) => Ladder): void {
    this.#ladder = change(this.#ladder);
    this.#picker.show(this.#ladder);
    this.dispatchEvent(new Event('ladder'));
  }

  #nextRung(): Origin | undefined {
    const tried = this.#ladder.rungs.findIndex((rung) => rung.origin === this.#run.origin);
    return this.#ladder.rungs.slice(tried + 1).find((rung) => rung.status === 'ready')?.origin;
  }

  #remember(): void {
    const { request, engines, origin } = this.#run;
    const engine = engines[0];
    if (!request || !engine || !origin) return;
    const concurrency = Number(request.parameters['concurrency'] ?? 1);
    const summary = summariseRun(this.#run.events);
    const { parameters } = request;
    this.#history.push({ origin, engine: `${engine.name} ${engine.version}`, concurrency, parameters, summary });
  }

  #show(run: RunState): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#run = run;
    this.dataset['state'] = run.phase;
    this.#view.show(run, this.#history);
    this.#status.show(run, this.#nextRung());
    this.#drawer.show(run);
    this.#compare();
  }

  /** Prediction, result and reason side by side, once there is a result. */
  #compare(): void {
    const result = this.#run.phase === 'done' ? this.#view.quote(this.#run) : undefined;
    showComparison(this, result, this.#words.t('playground.predict.skipped'));
  }

  /** A result stays on the page while its parameters are edited: then it says that it belongs to the earlier ones. */
  #markStale(): void {
    const asked = this.#run.request?.parameters;
    const form = this.#form.read();
    const differs = asked !== undefined && this.#declared.some(({ name }) => form?.[name] !== asked[name]);
    this.toggleAttribute('data-stale', differs);
  }

  #predict(): LabPredict | null {
    return this.querySelector<LabPredict>('lab-predict');
  }

  #readUrl(): void {
    const query = new URLSearchParams(location.search);
    const { parameters, refused } = parametersFromQuery(this.id, this.#declared, query);
    this.#form.write(parameters);
    if (refused.length > 0) this.#status.say('playground.urlRefused', { names: refused.join(', ') });
  }

  #writeUrl(): void {
    const parameters = this.#form.read();
    if (!parameters) return;
    const query = queryWithParameters(
      this.id,
      this.#declared,
      parameters,
      new URLSearchParams(location.search),
    ).toString();
    history.replaceState(history.state, '', `${location.pathname}${query ? `?${query}` : ''}${location.hash}`);
  }

  #list(name: string): string[] {
    return (this.dataset[name] ?? '').split(' ').filter(Boolean);
  }

  #part(name: string): HTMLElement {
    return this.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  #onClick(action: string, handle: () => void): void {
    const button = this.querySelector<HTMLButtonElement>(`[data-action="${action}"]`)!;
    button.disabled = false;
    button.addEventListener('click', handle);
  }
}

customElements.define('lab-playground', LabPlayground);

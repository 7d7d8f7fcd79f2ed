/** An answer is believed this long; nothing is asked while nobody wants to know. */
const FRESH_MS = 3000;

/** Whether an engine answers, asked on demand and at most once in a few seconds. */
export class Health {
  readonly #check: () => Promise<void>;
  readonly #onChange: (isReachable: boolean, error: unknown) => void;
  #answer: Promise<boolean> | undefined;
  #askedMs = 0;
  #last: boolean | undefined;

  /** `check` rejects when the engine has no chance to answer; `onChange` hears of the first answer and of every other one. */
  constructor(check: () => Promise<void>, onChange: (isReachable: boolean, error: unknown) => void) {
    this.#check = check;
    this.#onChange = onChange;
  }

  reachable(): Promise<boolean> {
    if (!this.#answer || performance.now() - this.#askedMs > FRESH_MS) {
      this.#askedMs = performance.now();
      this.#answer = this.#check().then(
        () => this.#note(true),
        (error: unknown) => this.#note(false, error),
      );
    }
    return this.#answer;
  }

  /** A call has failed: what was known may be wrong. */
  doubt(): void {
    this.#answer = undefined;
  }

  #note(isReachable: boolean, error?: unknown): boolean {
    if (isReachable !== this.#last) this.#onChange(isReachable, error);
    return (this.#last = isReachable);
  }
}

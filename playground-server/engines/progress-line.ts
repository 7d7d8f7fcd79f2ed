/** One line that tells how far something is: rewritten in place on a terminal, printed when it changes elsewhere. */
export class ProgressLine {
  readonly #output = process.stdout;
  #shown = '';

  show(text: string): void {
    if (text === this.#shown) return;
    this.#shown = text;
    if (this.#output.isTTY) {
      this.#output.cursorTo(0);
      this.#output.write(`  ${text}`.slice(0, this.#output.columns - 1));
      this.#output.clearLine(1);
    } else {
      this.#output.write(`  ${text}\n`);
    }
  }

  /** Replaces the line by a last one that stays. */
  end(text: string): void {
    this.clear();
    this.#output.write(`  ${text}\n`);
  }

  clear(): void {
    if (this.#output.isTTY && this.#shown !== '') {
      this.#output.cursorTo(0);
      this.#output.clearLine(0);
    }
    this.#shown = '';
  }
}

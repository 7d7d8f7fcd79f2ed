/** One line that tells how far something is: rewritten in place on a terminal, printed when it changes elsewhere. */
export class ProgressLine {
  readonly #output = process.stdout;
  #shown = '';

  show(text: string): void {
    const changed = this.#output.isTTY ? text !== this.#shown : withoutSeconds(text) !== withoutSeconds(this.#shown);
    if (!changed) return;
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

/** In a log file, a line for each second that passes would say nothing. */
const withoutSeconds = (text: string) => text.replace(/\d+ s$/, '');

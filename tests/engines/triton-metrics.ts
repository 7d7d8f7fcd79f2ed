/** One scrape of Triton's metrics page. */
export class TritonMetrics {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static async read(url: string): Promise<TritonMetrics> {
    return new TritonMetrics(await (await fetch(url)).text());
  }

  /** "name type" of each family, sorted */
  get families(): string[] {
    return [...this.#text.matchAll(/^# TYPE (.+)$/gm)].map((match) => match[1]!).sort();
  }

  /** A metric without labels; throws when the page has no such line. */
  total(name: string): number {
    const line = new RegExp(`^${name} (\\S+)$`, 'm').exec(this.#text);
    if (!line) throw new Error(`There is no ${name}.`);
    return Number(line[1]);
  }

  /** Sum over the versions of a model; throws when the page has no such line. */
  of(name: string, model: string): number {
    const lines = [...this.#text.matchAll(new RegExp(`^${name}\\{model="${model}".*\\} (\\S+)$`, 'gm'))];
    if (lines.length === 0) throw new Error(`There is no ${name} of ${model}.`);
    return lines.reduce((sum, match) => sum + Number(match[1]), 0);
  }
}

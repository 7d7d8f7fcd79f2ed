/** Keys of content/i18n -> words in the page's language; `{{name}}` stands for a value, as in Starlight's own strings. */
export type UiStrings = Readonly<Record<string, string>>;

/** A share below the one, or above the other but not 1, would be rounded to 0 % or 100 %. */
const LEAST_SHARE = 0.0001;
const MOST_SHARE = 0.999;

export interface Words {
  /** The words of a key; the key itself when it is missing, so that a gap is seen and not silent. */
  t(key: string, values?: Record<string, string | number>): string;
  /** a number for reading, at most `digits` decimals */
  number(value: number, digits?: number): string;
  percent(value: number): string;
  milliseconds(value: number): string;
  moment(date: Date): string;
}

/** The strings whose keys start with one of the prefixes. */
export function pickStrings(all: UiStrings, prefixes: readonly string[]): UiStrings {
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => prefixes.some((prefix) => key.startsWith(`${prefix}.`))),
  );
}

export function wordsOf(strings: UiStrings, language: string): Words {
  const format = (value: number, options: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(language, options).format(value);
  const number: Words['number'] = (value, digits = 2) => format(value, { maximumFractionDigits: digits });
  const words: Words = {
    t: (key, values = {}) =>
      (strings[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
        const value = values[name] ?? '';
        return typeof value === 'number' ? number(value) : value;
      }),
    number,
    percent: (value) => {
      const percent = (share: number) =>
        format(share, { style: 'percent', maximumFractionDigits: share < 0.1 ? 2 : 1 });
      // Almost nothing is not nothing, and almost all is not all.
      if (value > 0 && value < LEAST_SHARE) return `<${percent(LEAST_SHARE)}`;
      return value < 1 && value > MOST_SHARE ? `>${percent(MOST_SHARE)}` : percent(value);
    },
    milliseconds: (value) => words.t('unit.ms', { value: number(value, value < 10 ? 2 : value < 100 ? 1 : 0) }),
    // Intl leaves out the spaces that zh-TW pages have.
    moment: (date) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
        .format(date)
        .replace(/(?<=\d)(?=[年月日])|(?<=[年月午])(?=\d)/g, ' '),
  };
  return words;
}

/** The words that the page carries in its `<script type="application/json" data-ui-strings>` elements. */
export function wordsOfPage(): Words {
  const blocks = document.querySelectorAll('script[data-ui-strings]');
  const strings = Object.assign(
    {},
    ...[...blocks].map((block) => JSON.parse(block.textContent) as UiStrings),
  ) as UiStrings;
  return wordsOf(strings, document.documentElement.lang);
}

/** `2026-11-21` -> "November 21, 2026", or "2026 年 11 月 21 日": Intl leaves out the spaces that zh-TW pages have. */
export function writtenDay(day: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' })
    .format(new Date(day))
    .replace(/(?<=\d)(?=[年月日])|(?<=[年月])(?=\d)/g, ' ');
}

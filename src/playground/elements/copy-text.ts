import { element } from '../chart/html.ts';

/**
 * Puts a text on the clipboard. Where there is none (plain http from another machine) or the browser refuses, the text stands
 * below `place` instead, selected and ready to copy. Resolves to which of the two happened.
 */
export async function copyText(text: string, place: HTMLElement, label: string): Promise<'copied' | 'selected'> {
  const shown = place.nextElementSibling;
  if (shown?.matches('textarea.copy-text')) shown.remove();
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    const field = element('textarea', { class: 'copy-text', readonly: '', rows: '3', 'aria-label': label });
    field.value = text;
    place.after(field);
    field.select();
    return 'selected';
  }
}

import type { Chart } from './chart.ts';
import { element } from './html.ts';

/** A closed `details` with the exact values. Its rows are made when it is opened: a run has thousands. */
export function exactTable() {
  const summary = element('summary');
  const scroll = element('div', { class: 'chart-table', tabindex: '0', role: 'region' });
  const root = element('details', { class: 'chart-exact' }, summary, scroll);
  let table: Chart['table'] | undefined;

  function fill(): void {
    if (!root.open || !table) return;
    const head = element('tr', {}, ...table.columns.map((column) => element('th', { scope: 'col' }, column)));
    const rows = table.rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell))));
    scroll.setAttribute('aria-label', summary.textContent);
    scroll.replaceChildren(element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)));
  }

  root.addEventListener('toggle', fill);
  return {
    root,
    summary,
    show(next: Chart['table']): void {
      table = next;
      fill();
    },
  };
}

/** A cursor over an ordered list of stops; -1 is nowhere. */
export interface KeyboardCursor {
  readonly index: number;
  moveTo(index: number): void;
  /** names the list and says each stop in words; called again when the list changes */
  describe(name: string, stops: readonly string[]): void;
}

/** How far each key moves, of a list with `last` as its last index. */
function target(key: string, index: number, last: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return index + 1;
    case 'ArrowLeft':
    case 'ArrowUp':
      return index - 1;
    case 'PageDown':
      return index + 10;
    case 'PageUp':
      return index - 10;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

/**
 * Gives an element the slider pattern: one tab stop, arrow keys move over the stops, and a screen reader says each in words.
 * Source: https://www.w3.org/WAI/ARIA/apg/patterns/slider/
 */
export function keyboardCursor(host: HTMLElement, onMove: (index: number) => void): KeyboardCursor {
  let stops: readonly string[] = [];
  let index = -1;

  function announce(): void {
    host.setAttribute('aria-valuemin', '1');
    host.setAttribute('aria-valuemax', String(Math.max(1, stops.length)));
    host.setAttribute('aria-valuenow', String(Math.max(1, index + 1)));
    host.setAttribute('aria-valuetext', stops[Math.max(0, index)] ?? '');
  }

  function moveTo(next: number): void {
    if (stops.length === 0) return;
    index = Math.min(Math.max(next, 0), stops.length - 1);
    announce();
    onMove(index);
  }

  // What a screen reader says on arrival is the first stop, so that is where the cursor stands.
  host.addEventListener('focus', () => index < 0 && moveTo(0));
  host.addEventListener('keydown', (event) => {
    const next = target(event.key, index, stops.length - 1);
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moveTo(next);
  });

  return {
    get index() {
      return index;
    },
    moveTo,
    describe(name, words) {
      stops = words;
      if (index >= stops.length) index = -1;
      // Nothing to walk over is not a slider.
      if (stops.length === 0) {
        host.removeAttribute('role');
        host.removeAttribute('tabindex');
        return;
      }
      host.setAttribute('role', 'slider');
      host.setAttribute('tabindex', '0');
      host.setAttribute('aria-label', name);
      announce();
    },
  };
}

import { parseCompanionAddress, storeCompanionAddress, storedCompanionAddress } from '../companion-address.ts';
import type { Words } from '../ui-strings.ts';

/** Wires the choice of companion server: the site's own, or one on the reader's machine. `undefined` is the site's own. */
export function wireCompanionSettings(
  root: HTMLElement,
  words: Words,
  onChange: (address: string | undefined) => void,
): void {
  const input = root.querySelector('input')!;
  const note = root.querySelector<HTMLElement>('[data-part="address-note"]')!;
  input.value = storedCompanionAddress() ?? '';
  root.querySelector('fieldset')!.disabled = false;

  root.querySelector('[data-action="save-address"]')?.addEventListener('click', () => {
    const address = input.value.trim() === '' ? undefined : parseCompanionAddress(input.value);
    if (address === undefined && input.value.trim() !== '') {
      note.textContent = words.t('playground.settings.refused');
      input.setAttribute('aria-invalid', 'true');
      return;
    }
    input.removeAttribute('aria-invalid');
    storeCompanionAddress(address);
    note.textContent = words.t(address ? 'playground.settings.saved' : 'playground.settings.builtIn', {
      address: address ?? '',
    });
    onChange(address);
  });
}

import { NO_COMPANION, storedCompanionAddress } from '../companion-address.ts';
import { type Words, wordsOfPage } from '../ui-strings.ts';

/** Names browsers have given the permission to call this machine. https://wicg.github.io/local-network-access/ */
const LOCAL_NETWORK = ['loopback-network', 'local-network-access', 'local-network'];

/**
 * `<connection-doctor>`: says in words what stands between this page and the companion server, and what to type. `data-companion` is
 * the built address. Asks nobody before its button is pressed.
 */
class ConnectionDoctor extends HTMLElement {
  #words!: Words;

  connectedCallback(): void {
    this.#words = wordsOfPage();
    const button = this.querySelector('button')!;
    button.disabled = false;
    button.addEventListener('click', () => void this.#examine());
  }

  async #examine(): Promise<void> {
    const address = storedCompanionAddress() ?? this.dataset['companion'] ?? '';
    const words = this.querySelector('[data-part="words"]')!;
    const command = this.querySelector<HTMLElement>('[data-part="command"]')!;
    const shown = address === '' ? location.origin : address;
    words.textContent = this.#words.t('playground.doctor.checking', { address: address === NO_COMPANION ? '' : shown });
    command.hidden = true;
    const { diagnoseCompanion, remedyOf } = await import('../diagnose-companion.ts');
    const diagnosis = await diagnoseCompanion(address, { origin: location.origin, localNetwork });
    this.dataset['diagnosis'] = diagnosis.kind;
    words.textContent = this.#words.t(`playground.doctor.${diagnosis.kind}`, {
      ...diagnosis,
      address: shown,
      origin: location.origin,
    });
    const remedy = remedyOf(diagnosis, address, location.origin, navigator.userAgent.includes('Windows'));
    command.hidden = remedy === undefined;
    command.textContent = remedy ?? '';
  }
}

async function localNetwork(): Promise<PermissionState | undefined> {
  for (const name of LOCAL_NETWORK) {
    try {
      return (await navigator.permissions.query({ name: name as PermissionName })).state;
    } catch {
      // This browser does not know the permission by this name.
    }
  }
  return undefined;
}

customElements.define('connection-doctor', ConnectionDoctor);

import type words from '../../content/i18n/en.json';

type Words = typeof words;

declare global {
  namespace StarlightApp {
    /** The keys `Astro.locals.t` accepts beside Starlight's own: those of content/i18n, and those made up from an id. */
    interface I18n extends Words {
      [
        key: `${'batcher' | 'choice' | 'experiment' | 'explorable' | 'metric' | 'origin' | 'parameter' | 'parameterHint' | 'playground.rung' | 'problem'}.${string}`
      ]: string;
    }
  }
}

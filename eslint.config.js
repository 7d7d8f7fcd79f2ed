import { relative, resolve, sep } from 'node:path';
import astro from 'eslint-plugin-astro';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;

/** The arrows of the design: a room -> the rooms it may import. A room may always import itself. */
const base = ['contract', 'experiments', 'metrics', 'engine', 'simulators'];
const arrows = {
  contract: [],
  experiments: ['contract'],
  metrics: ['contract', 'experiments'],
  engine: ['contract', 'experiments'],
  simulators: ['contract', 'experiments'],
  playground: base,
  explorables: [...base, 'playground'],
  site: ['contract', 'experiments', 'content'], // content: the words of i18n, for their types
  components: [...base, 'playground', 'explorables', 'site', 'styles'],
  'playground-server': ['contract', 'experiments', 'metrics', 'engine'],
};

/** File or folder -> its room: the folder below src/, or the top-level folder. */
function roomOf(path) {
  const parts = relative(root, path).split(sep);
  return parts[0] === 'src' ? parts[1] : parts[0];
}

const roomArrows = {
  meta: {
    type: 'problem',
    messages: {
      wrong: '{{from}} may not import {{to}}. Allowed: {{allowed}}. Move the shared part down, or pass it in.',
    },
  },
  create(context) {
    const from = roomOf(context.filename);
    const allowed = arrows[from];
    if (!allowed) return {};
    const check = (node) => {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string') return;
      let to;
      if (specifier.startsWith('#')) to = specifier.slice(1).split('/')[0];
      else if (specifier.startsWith('.')) to = roomOf(resolve(context.filename, '..', specifier));
      else return;
      if (to !== from && !allowed.includes(to))
        context.report({ node, messageId: 'wrong', data: { from, to, allowed: allowed.join(', ') || 'nothing' } });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

export default defineConfig(
  globalIgnores(['dist/', '.astro/', '.cache/', '.engines/', 'public/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-non-null-assertion': 'off', // typed-array reads in the engine; noUncheckedIndexedAccess is on
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    // Test peers are async generators that need not wait for anything.
    files: ['tests/**/*.ts'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  { files: ['**/*.{js,mjs}'], extends: [tseslint.configs.recommended] },
  { files: ['**/*.astro'], extends: [astro.configs.recommended] },
  {
    files: ['src/**', 'playground-server/**'],
    plugins: { rooms: { rules: { arrows: roomArrows } } },
    rules: { 'rooms/arrows': 'error' },
  },
  {
    files: ['src/{contract,experiments,metrics,engine,simulators}/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(node:|astro|@astrojs)',
              message: 'This room is pure: it runs in a browser, a worker and Node alike.',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'document', 'window', 'process', 'Buffer'],
    },
  },
  {
    files: ['src/{engine,simulators,experiments}/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use a seeded stream: #experiments/seeded-random.ts' },
      ],
    },
  },
);

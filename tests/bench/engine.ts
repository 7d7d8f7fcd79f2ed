import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Engine } from '#engine/engine.ts';
import { ENGINE_VERSION } from '#engine/engine-info.ts';
import { parseModelFile, type ModelFile } from '#engine/model-file.ts';
import { BareMatvec } from './bare-matvec.ts';

/*
 * npm run bench:engine
 * The engine against a bare loop over the same weights and against transformers, in one run: each round measures all
 * three one after another, so that a slow moment of the machine meets them alike. Medians of the rounds are compared.
 * PYTHON names a Python with torch and transformers; MODEL_FOLDER another model than public/models/tiny-1.
 */
const PROMPT_TOKENS = 128;
const OUTPUT_TOKENS = 96;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

interface Round {
  firstTokenMs: number;
  tokensPerSecond: number;
}
/** Something that can be measured once more. */
type Contender = () => Round | Promise<Round>;

const folder = process.env['MODEL_FOLDER'] ?? fileURLToPath(new URL('../../public/models/tiny-1/', import.meta.url));

async function loadModel(): Promise<ModelFile> {
  const path = `${folder.replace(/\/$/, '')}/tiny-1.web.safetensors`;
  try {
    return parseModelFile(Uint8Array.from(await readFile(path)).buffer);
  } catch (error) {
    console.error(
      `${path} cannot be read: ${String(error)}\nIt is part of the repository; \`npm run tiny-model:train\` makes it anew.`,
    );
    process.exit(1);
  }
}

function measureEngine(model: ModelFile): Contender {
  const engine = new Engine(model);
  // Ids that differ and are not special; engine-transformers.py uses the same.
  const promptIds = Array.from({ length: PROMPT_TOKENS }, (_, index) => 5 + ((index * 37) % 4000));
  const sampling = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 };
  return () => {
    engine.add({ id: 0, promptIds, maxTokens: OUTPUT_TOKENS, sampling, alternatives: 0, ignoreEnd: true });
    const startMs = performance.now();
    while (!engine.step().some(({ type }) => type === 'token'));
    const firstMs = performance.now();
    while (engine.hasWork) engine.step();
    return {
      firstTokenMs: firstMs - startMs,
      tokensPerSecond: ((OUTPUT_TOKENS - 1) * 1000) / (performance.now() - firstMs),
    };
  };
}

function measureBare(model: ModelFile): Contender {
  const bare = new BareMatvec(model);
  return () => {
    const startMs = performance.now();
    // The bare loop is spared the logits of all positions but the last, as the engine is.
    for (let position = 1; position <= PROMPT_TOKENS; position++) bare.onePosition(position === PROMPT_TOKENS);
    const firstMs = performance.now();
    for (let token = 1; token < OUTPUT_TOKENS; token++) bare.onePosition(true);
    return {
      firstTokenMs: firstMs - startMs,
      tokensPerSecond: ((OUTPUT_TOKENS - 1) * 1000) / (performance.now() - firstMs),
    };
  };
}

/** Starts transformers in a child process. Answers undefined, and says why, when it cannot run. */
async function startTransformers() {
  const python = process.env['PYTHON'] ?? 'python3';
  const script = fileURLToPath(new URL('./engine-transformers.py', import.meta.url));
  const child = spawn(python, [script, folder, String(PROMPT_TOKENS), String(OUTPUT_TOKENS)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  });
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  child.on('error', (error) => (errors += error.message));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const versions = await lines.next();
  if (versions.done) {
    console.log(
      `transformers: NOT RUN. PYTHON should name a Python with torch and transformers (${errors.trim().split('\n').at(-1) ?? ''}).\n`,
    );
    return undefined;
  }
  const measure: Contender = async () => {
    child.stdin.write('\n');
    const line = await lines.next();
    if (line.done) throw new Error(`transformers stopped: ${errors}`);
    return JSON.parse(line.value) as Round;
  };
  return { versions: JSON.parse(versions.value) as Record<string, unknown>, measure, stop: () => child.stdin.end() };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

const model = await loadModel();
const transformers = await startTransformers();
const contenders = new Map<string, Contender>([
  ['engine', measureEngine(model)],
  ['bare matvec loop', measureBare(model)],
]);
if (transformers) contenders.set('transformers', transformers.measure);

const rounds = new Map<string, Round[]>([...contenders.keys()].map((name) => [name, []]));
for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++)
  for (const [name, measure] of contenders) {
    const result = await measure();
    if (round >= 0) rounds.get(name)!.push(result);
  }
transformers?.stop();

const medianOf = (name: string, key: keyof Round) => median(rounds.get(name)!.map((round) => round[key]));
console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${platform()} ${arch()}`);
console.log(`Node ${process.versions.node}, V8 ${process.versions.v8}, tiny-engine ${ENGINE_VERSION}`);
if (transformers) console.log(`transformers eager fp32: ${JSON.stringify(transformers.versions)}`);
console.log(
  `Model ${folder}, one stream, prompt ${PROMPT_TOKENS}, output ${OUTPUT_TOKENS} tokens, median of ${ROUNDS} interleaved rounds\n`,
);
console.table(
  Object.fromEntries(
    [...contenders.keys()].map((name) => [
      name,
      {
        'decode tokens/s': Number(medianOf(name, 'tokensPerSecond').toFixed(1)),
        'first token ms': Number(medianOf(name, 'firstTokenMs').toFixed(1)),
      },
    ]),
  ),
);

const decode = medianOf('engine', 'tokensPerSecond');
const bars = [
  { what: 'decode / bare loop', ratio: decode / medianOf('bare matvec loop', 'tokensPerSecond'), atLeast: 0.8 },
  ...(transformers
    ? [{ what: 'decode / transformers', ratio: decode / medianOf('transformers', 'tokensPerSecond'), atLeast: 0.5 }]
    : []),
  {
    what: 'first token / bare loop',
    ratio: medianOf('engine', 'firstTokenMs') / medianOf('bare matvec loop', 'firstTokenMs'),
    atMost: 1.5,
  },
];
for (const bar of bars) {
  const passes = 'atLeast' in bar ? bar.ratio >= bar.atLeast : bar.ratio <= bar.atMost;
  const allowed = 'atLeast' in bar ? `at least ${bar.atLeast}` : `at most ${bar.atMost}`;
  console.log(`${passes ? 'PASS' : 'FAIL'}  ${bar.what}: ${bar.ratio.toFixed(2)} (${allowed})`);
  if (!passes) process.exitCode = 1;
}
if (!transformers) console.log('NOT RUN  decode / transformers');

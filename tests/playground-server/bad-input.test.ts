import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '#experiments/catalogue.ts';
import { ProblemReason } from '#contract/problem.ts';
import { ProblemError } from '#contract/problem-error.ts';
import { parseJson } from '../../playground-server/http/parse-json.ts';
import { parseRunRequest } from '../../playground-server/http/parse-run-request.ts';
import { planRun } from '../../playground-server/runs/plan-run.ts';
import { ScriptedUpstream, saying } from './scripted-upstream.ts';
import { allEvents, problemOf, runOf, startTestServer } from './test-server.ts';

const upstream = new ScriptedUpstream(saying('hello'));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const withParameters = (json: string) => `{"contractVersion":1,"experiment":"stream-one-prompt","parameters":${json}}`;

type Row = [name: string, body: unknown, status: number, reason: ProblemReason, details?: Record<string, unknown>];
const rows: Row[] = [
  [
    'an unknown experiment',
    { ...runOf(), experiment: 'mine-bitcoin' },
    404,
    'experiment_unknown',
    { parameter: 'experiment', allowed: catalogue.map(({ id }) => id).join(', '), received: 'mine-bitcoin' },
  ],
  [
    'an upstream that is not here',
    runOf({}, { upstream: 'vllm' }),
    404,
    'experiment_not_offered',
    { parameter: 'upstream', allowed: 'embedded', received: 'vllm' },
  ],
  [
    'an upstream that does not exist',
    runOf({}, { upstream: 'http://169.254.169.254/' }),
    400,
    'request_malformed',
    { parameter: 'upstream', allowed: 'embedded, vllm, triton', received: 'http://169.254.169.254/' },
  ],
  [
    'a number as text',
    runOf({ maxTokens: '64' }),
    400,
    'parameter_wrong_type',
    { parameter: 'maxTokens', allowed: 'number, 1 to 256', received: '64' },
  ],
  [
    'a fraction where a whole number belongs',
    runOf({ maxTokens: 1.5 }),
    400,
    'parameter_wrong_type',
    { parameter: 'maxTokens', allowed: 'whole number, 1 to 256', received: '1.5' },
  ],
  [
    'a number out of range',
    runOf({ maxTokens: 99_999 }),
    400,
    'parameter_out_of_range',
    { parameter: 'maxTokens', allowed: '1 to 256', received: '99999' },
  ],
  ['a prompt of spaces', runOf({ prompt: '   ' }), 400, 'parameter_out_of_range', { parameter: 'prompt' }],
  [
    'a prompt that is too long in bytes, not in characters',
    runOf({ prompt: '快'.repeat(81) }),
    400,
    'parameter_too_long',
    { parameter: 'prompt', allowed: 'text, 1 to 240 bytes of UTF-8', received: `${'快'.repeat(80)}…` },
  ],
  ['an unknown parameter', runOf({ best_of: 100 }), 400, 'parameter_unknown', { parameter: 'best_of' }],
  ['a parameter named constructor', runOf({ constructor: 1 }), 400, 'parameter_unknown', { parameter: 'constructor' }],
  [
    'a parameter named __proto__',
    withParameters('{"__proto__":1}'),
    400,
    'request_malformed',
    { parameter: '__proto__' },
  ],
  [
    '__proto__ beside the parameters',
    '{"__proto__":{"experiment":"stream-one-prompt"},"contractVersion":1,"parameters":{}}',
    400,
    'request_malformed',
    { parameter: '__proto__' },
  ],
  [
    'a parameter that is null',
    runOf({ temperature: null }),
    400,
    'request_malformed',
    { parameter: 'parameters.temperature', allowed: 'number, text, true or false', received: 'null' },
  ],
  [
    'a parameter that is an object',
    runOf({ prompt: { $ne: '' } }),
    400,
    'request_malformed',
    { parameter: 'parameters.prompt' },
  ],
  [
    'a number too large for a double',
    withParameters('{"temperature":1e999}'),
    400,
    'request_malformed',
    { parameter: 'parameters.temperature' },
  ],
  [
    'parameters that are a list',
    runOf([] as never),
    400,
    'request_malformed',
    { parameter: 'parameters', allowed: 'object', received: '[]' },
  ],
  [
    'an unknown key',
    runOf({}, { url: 'http://localhost' }),
    400,
    'request_malformed',
    { parameter: 'url', allowed: 'contractVersion, experiment, parameters, upstream', received: 'http://localhost' },
  ],
  [
    'no experiment',
    { contractVersion: 1, parameters: {} },
    400,
    'request_malformed',
    { parameter: 'experiment', received: 'undefined' },
  ],
  [
    'an older contract',
    { ...runOf(), contractVersion: 0 },
    400,
    'contract_version_mismatch',
    { parameter: 'contractVersion', allowed: '1', received: '0' },
  ],
  [
    'a newer contract with keys of its own',
    { contractVersion: 2, plan: [] },
    400,
    'contract_version_mismatch',
    { received: '2' },
  ],
  [
    'a contract version as text',
    { ...runOf(), contractVersion: '1' },
    400,
    'request_malformed',
    { parameter: 'contractVersion', allowed: '1' },
  ],
  ['null', 'null', 400, 'request_malformed', { parameter: 'body', allowed: 'object', received: 'null' }],
  ['a list', '[1]', 400, 'request_malformed', { parameter: 'body' }],
  ['a lone string', '"run"', 400, 'request_malformed', { parameter: 'body' }],
  ['broken JSON', '{"contractVersion":1,', 400, 'body_not_json'],
  ['an empty body', '', 400, 'body_not_json'],
  ['text that is not UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 400, 'body_not_json'],
  ['deep nesting', withParameters(nested(20_000)), 400, 'request_malformed', { allowed: 'at most 8 levels' }],
  ['deep nesting that never closes', '['.repeat(60_000), 400, 'request_malformed'],
  ['a huge body', runOf({ prompt: 'x'.repeat(70_000) }), 413, 'body_too_large', { allowed: '65536 bytes' }],
];

describe('bad input is refused before any call', () => {
  it.each(rows)('%s', async (_name, body, status, reason, details) => {
    const server = await startTestServer([upstream]);
    const response = await server.post(body);
    expect(response.status).toBe(status);
    const problem = await problemOf(response);
    expect(problem.reason).toBe(reason);
    expect(problem.requestId).toBe(response.headers.get('x-request-id'));
    if (details) expect(problem.details).toMatchObject(details);
    expect(upstream.signals).toHaveLength(0);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx'])(
    'the content type %s',
    async (type) => {
      const server = await startTestServer([upstream]);
      const response = await server.post(runOf(), { headers: { 'content-type': type } });
      expect(response.status).toBe(415);
      expect(await problemOf(response)).toMatchObject({
        reason: 'content_type_not_json',
        details: { allowed: 'application/json', received: type },
      });
    },
  );

  it('no content type at all', async () => {
    const server = await startTestServer([upstream]);
    const response = await fetch(`${server.url}runs`, { method: 'POST', body: new Uint8Array([123, 125]) });
    expect(response.status).toBe(415);
    expect((await problemOf(response)).reason).toBe('content_type_not_json');
  });

  it('no body and no content type', async () => {
    const server = await startTestServer([upstream]);
    const response = await fetch(`${server.url}runs`, { method: 'POST' });
    expect(response.status).toBe(400);
    expect((await problemOf(response)).details).toMatchObject({ parameter: 'body', received: 'undefined' });
  });

  it('accepts application/json with a charset, after all that', async () => {
    const server = await startTestServer([new ScriptedUpstream(saying('hello'))]);
    const response = await server.post(runOf(), { headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect((await allEvents(response)).at(-1)!.type).toBe('done');
  });

  it('never shows a stack trace or a path of the server', async () => {
    const server = await startTestServer([upstream]);
    const bodies = rows.map((row) => row[1]);
    for (const body of bodies) {
      const answer = await (await server.post(body)).text();
      expect(answer).not.toMatch(/\.ts|node_modules|node:|playground-server|\bat \S+ \(|SyntaxError|Unexpected/);
    }
  });
});

describe('whatever JSON comes, the answer is a plan or a Problem', () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? fc.readConfigureGlobal().seed ?? Date.now() % 2 ** 31);
  const key = fc.constantFrom(
    'prompt',
    'maxTokens',
    'temperature',
    'topP',
    'topK',
    'minP',
    'seed',
    'concurrency',
    '__proto__',
    'constructor',
    '',
  );
  const request = fc.record(
    {
      contractVersion: fc.oneof(fc.constant(1), fc.jsonValue()),
      experiment: fc.oneof(
        fc.constantFrom('stream-one-prompt', 'concurrent-streams', 'toString', '__proto__'),
        fc.jsonValue(),
      ),
      parameters: fc.oneof(
        fc.dictionary(key, fc.oneof(fc.integer(), fc.double(), fc.string(), fc.jsonValue())),
        fc.jsonValue(),
      ),
      upstream: fc.oneof(fc.constantFrom('embedded', 'vllm'), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    request.map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
    fc
      .tuple(
        request.map((value) => JSON.stringify(value)),
        fc.nat(),
        fc.string(),
      )
      .map(([json, at, noise]) => json.slice(0, at % (json.length + 1)) + noise + json.slice(at % (json.length + 1))),
  );
  const accepted = { runs: 0 };

  beforeAll(() => {
    process.stdout.write(`fuzz seed ${seed} (FUZZ_SEED=${seed} repeats it)\n`);
  });

  it('over 4000 texts', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        try {
          const plan = await planRun(parseRunRequest(parseJson(new TextEncoder().encode(body))), [upstream]);
          accepted.runs += 1;
          expect(plan.calls.length).toBeGreaterThanOrEqual(1);
          expect(plan.calls.length).toBeLessThanOrEqual(32);
          for (const call of plan.calls) {
            if (call.kind !== 'generate') throw new Error('this engine was offered a call of another kind');
            expect(call.maxTokens).toBeLessThanOrEqual(256);
            expect(new TextEncoder().encode(call.prompt).length).toBeLessThanOrEqual(240);
          }
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error;
          expect(error.problem.reason).not.toBe('unexpected');
          for (const detail of Object.values(error.problem.details ?? {}))
            expect(detail?.length).toBeLessThanOrEqual(400);
        }
      }),
      // Random texts may all be refused; one that must be taken shows that the property can see a plan.
      { seed, numRuns: 4000, examples: [[JSON.stringify({ ...runOf(), upstream: undefined })]] },
    );
    expect(accepted.runs).toBeGreaterThan(0);
    expect(Object.prototype).not.toHaveProperty('experiment');
  });
});

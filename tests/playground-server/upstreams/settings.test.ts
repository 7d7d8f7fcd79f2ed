import { expect, it } from 'vitest';
import { type Config, readConfig } from '../../../playground-server/config.ts';
import type { RunningEngine } from '../../../playground-server/engines/running-engines.ts';
import { tritonOptions, vllmOptions } from '../../../playground-server/upstreams/start-upstreams.ts';

const here = { pid: 1, startTicks: 1 };
const started = (id: RunningEngine['id'], urls: Record<string, string>): RunningEngine => ({
  id,
  version: '1',
  leader: here,
  keeper: here,
  urls,
  startedAt: '2026-11-21T00:00:00Z',
  log: 'log.txt',
});
const running = [
  started('triton', { http: 'http://127.0.0.1:18000', grpc: '127.0.0.1:18001' }),
  started('vllm', { http: 'http://127.0.0.1:18100' }),
];
const choose = (environment: Record<string, string>, engines: readonly RunningEngine[] = []) => {
  const config: Config = readConfig(environment);
  return [vllmOptions(config, engines), tritonOptions(config, engines)] as const;
};

it('no setting and nothing started: the embedded engine only', () => {
  expect(choose({})).toEqual([undefined, undefined]);
});

it('what npm run engines has started is found', () => {
  const [vllm, triton] = choose({}, running);
  expect([vllm?.url.href, vllm?.device]).toEqual(['http://127.0.0.1:18100/', 'CPU (server)']);
  expect(triton).toMatchObject({ grpcAddress: { target: '127.0.0.1:18001', tls: false }, model: 'tiny-lm' });
});

it('a Triton with vLLM inside serves when the other does not run', () => {
  const inside = started('triton-llm', { grpc: '127.0.0.1:18011' });
  expect(choose({}, [inside])[1]).toMatchObject({ model: 'llm', grpcAddress: { target: '127.0.0.1:18011' } });
  expect(choose({}, [inside, ...running])[1]).toMatchObject({
    model: 'tiny-lm',
    grpcAddress: { target: '127.0.0.1:18001' },
  });
});

it('a setting comes before what was started, engine by engine', () => {
  const [vllm, triton] = choose(
    { VLLM_URL: 'https://gpu.example/vllm/', VLLM_MODEL: 'm', VLLM_API_KEY: 'k', VLLM_DEVICE: 'NVIDIA H200' },
    running,
  );
  expect(vllm).toMatchObject({ model: 'm', apiKey: 'k', device: 'NVIDIA H200' });
  expect(vllm?.url.href).toBe('https://gpu.example/vllm/');
  expect(triton?.device).toBe('CPU (server)');
  const [, remote] = choose({ TRITON_GRPC_URL: 'https://gpu.example:8001', TRITON_MODEL: 'llm' }, running);
  expect(remote).toMatchObject({
    httpUrl: undefined,
    grpcAddress: { target: 'gpu.example:8001', tls: true },
    model: 'llm',
  });
});

it('a device that nobody named is not guessed', () => {
  expect(choose({ VLLM_URL: 'http://gpu:8000' })[0]?.device).toBe('device not stated');
});

it.each([
  ['VLLM_URL', 'gpu:8000'],
  ['VLLM_URL', 'file:///etc/passwd'],
  ['VLLM_URL', 'http://gpu:8000/?model=x'],
  ['TRITON_HTTP_URL', 'localhost'],
  ['TRITON_GRPC_URL', 'localhost'],
  ['TRITON_GRPC_URL', 'unix:/run/triton.sock:1'],
  ['TRITON_MODEL', '../../etc'],
  ['UPSTREAM_EVENT_BYTES', '12'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(`  ${name}=${value}: must be`);
});

it('a key that cannot be used is not shown, nor a password in an address', () => {
  expect(() => readConfig({ VLLM_URL: 'http://user:secret@gpu:8000' })).toThrow(
    'VLLM_URL=http://(not shown)@gpu:8000: must',
  );
  expect(() => readConfig({ VLLM_API_KEY: 'se cret' })).toThrow('VLLM_API_KEY=(not shown): must be');
});

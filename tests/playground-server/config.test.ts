import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../playground-server/config.ts';

it('needs no setting at all: this machine only, port 4321, no foreign origin', () => {
  const config = readConfig({});
  expect(config).toMatchObject({ port: 4321, host: '127.0.0.1' });
  expect(config.allowedOrigins.size).toBe(0);
  expect(config.modelFile).toMatch(/public.models.tiny-1.tiny-1\.web\.safetensors$/);
});

it('takes an empty variable as not set', () => {
  expect(readConfig({ PORT: '', ALLOWED_ORIGINS: '' })).toMatchObject({ port: 4321 });
});

it('reads origins exactly as browsers send them', () => {
  const { allowedOrigins } = readConfig({ ALLOWED_ORIGINS: 'https://a.example, http://localhost:8080' });
  expect([...allowedOrigins]).toEqual(['https://a.example', 'http://localhost:8080']);
});

it('names every wrong variable at once, with the value and what is allowed', () => {
  const wrong = { PORT: '99999', RUN_WALL_MS: 'soon', MAX_RUNS: '0', ALLOWED_ORIGINS: 'https://a.example/path' };
  expect(() => readConfig(wrong)).toThrow(ConfigError);
  expect(() => readConfig(wrong)).toThrow(
    [
      'These settings cannot be used:',
      '  PORT=99999: must be 0 to 65535',
      '  ALLOWED_ORIGINS=https://a.example/path: "https://a.example/path" is not an origin; write scheme, host and port only, e.g. https://course.example',
      '  RUN_WALL_MS=soon: must be a whole number',
      '  MAX_RUNS=0: must be 1 to 10000',
    ].join('\n'),
  );
});

it('does not give the headers more time than the whole request', () => {
  expect(() => readConfig({ HEADERS_TIMEOUT_MS: '20000' })).toThrow('REQUEST_TIMEOUT_MS');
});

it.each(['0x50', '1e3', '-1', '1.5', ' 80', 'Infinity', '٤٣٢١'])('does not take %j for a port', (PORT) => {
  expect(() => readConfig({ PORT })).toThrow('PORT');
});

it.each(['*', 'null', 'course.example', 'https://course.example/', 'HTTPS://course.example', 'https://a.example:443'])(
  'does not take %j for an origin',
  (ALLOWED_ORIGINS) => {
    expect(() => readConfig({ ALLOWED_ORIGINS })).toThrow('is not an origin');
  },
);

import { describe, expect, it } from 'vitest';
import { parseCompanionAddress } from '#playground/companion-address.ts';
import { curlOf } from '#playground/curl.ts';

describe('the address of a reader’s own server', () => {
  it.each([
    [' http://localhost:4321/ ', 'http://localhost:4321'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('may be %s', (text, address) => {
    expect(parseCompanionAddress(text)).toBe(address);
  });

  it.each([
    'https://localhost:4321',
    'http://example.org',
    'http://localhost.example.org',
    'http://localhost:4321/runs',
    'http://user@localhost:4321',
    'http://127.0.0.1:80/?x',
    'javascript:alert(1)',
    'localhost:4321',
    '',
  ])('may not be "%s"', (text) => {
    expect(parseCompanionAddress(text)).toBeUndefined();
  });
});

it('quotes a prompt for the shell', () => {
  const request = { contractVersion: 1, experiment: 'stream-one-prompt', parameters: { prompt: "it's" } };
  expect(curlOf(request, 'http://localhost:4321')).toContain(String.raw`"prompt":"it'\''s"`);
});

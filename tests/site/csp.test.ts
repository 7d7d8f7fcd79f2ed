import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { insertPolicy, policyFor } from '#site/csp.ts';

const hash = (body: string) => `'sha256-${createHash('sha256').update(body).digest('base64')}'`;

function directive(html: string, name: string, connect: string[] = []): string[] {
  const found = policyFor(html, connect)
    .split('; ')
    .find((part) => part.startsWith(`${name} `));
  return found?.split(' ').slice(1) ?? [];
}

describe('the content security policy of a page', () => {
  it('names the hash of every inline script, classic and module, and of no other', () => {
    const html = `<script>a()</script><script type="module">b()</script><script src="/c.js"></script><script>a()</script>`;
    expect(directive(html, 'script-src')).toEqual(["'self'", "'wasm-unsafe-eval'", hash('a()'), hash('b()')]);
  });

  it('needs no hash for a data block, which no browser runs', () => {
    expect(directive('<script type="application/json">{"a":1}</script>', 'script-src')).toEqual([
      "'self'",
      "'wasm-unsafe-eval'",
    ]);
  });

  it('names the hash of inline styles, byte for byte', () => {
    expect(directive('<style>\n a { color: red }\n</style>', 'style-src')).toEqual([
      "'self'",
      hash('\n a { color: red }\n'),
    ]);
  });

  it('lets a page call its own origin, the built companion and this machine, and nobody else', () => {
    const sources = directive('', 'connect-src', ['https://lab.example']);
    expect(sources).toEqual(["'self'", 'https://lab.example', 'http://localhost:*', 'http://127.0.0.1:*']);
  });

  it('allows no inline script in general', () => {
    expect(directive('<script>a()</script>', 'script-src')).not.toContain("'unsafe-inline'");
    expect(directive('', 'object-src')).toEqual(["'none'"]);
  });

  it('stands before the first thing it governs', () => {
    const page = insertPolicy('<html><head><meta charset="utf-8"/><script>a()</script></head></html>', []);
    expect(page).toMatch(
      /^<html><head><meta charset="utf-8"\/><meta http-equiv="content-security-policy" content="[^"]+"><script>/,
    );
  });

  it('refuses a page that cannot carry one', () => {
    expect(() => insertPolicy('plain text', [])).toThrow('cannot carry a policy');
  });
});

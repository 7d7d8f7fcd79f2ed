import { describe, expect, it } from 'vitest';
import { type Diagnosis, diagnoseCompanion, remedyOf } from '#playground/diagnose-companion.ts';
import { engine } from './events.ts';
import { serve } from './serve.ts';

const page = { origin: 'http://school.example', localNetwork: () => Promise.resolve(undefined) };
const securePage = (state?: PermissionState) => ({
  origin: 'https://school.example',
  localNetwork: () => Promise.resolve(state),
});
const answer = { contractVersion: 1, engines: [{ ...engine, reachable: true }], experiments: {} };

async function diagnose(body: unknown, status = 200): Promise<Diagnosis> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return diagnoseCompanion(await serve((_, response) => response.writeHead(status).end(text)), page);
}

describe('the connection doctor', () => {
  it.each([
    ['names the engines of a server that works', answer, { kind: 'works', engines: 'tiny-engine 1' }],
    ['tells a server without an engine', { ...answer, engines: [] }, { kind: 'no_engine' }],
    ['tells an older server', { contractVersion: 0 }, { kind: 'server_older', server: 0, page: 1 }],
    ['tells a newer server', { contractVersion: 7, other: 'shape' }, { kind: 'server_newer', server: 7, page: 1 }],
    ['tells a web page', '<!doctype html>', { kind: 'not_a_companion' }],
    ['tells other JSON', [1], { kind: 'not_a_companion' }],
  ])('%s', async (_, body, diagnosis) => {
    expect(await diagnose(body)).toMatchObject({
      ...diagnosis,
      ...('engines' in diagnosis && { engines: expect.any(String) as string }),
    });
  });

  it('tells a static host, and a server that drains', async () => {
    expect(await diagnose('no such file', 404)).toEqual({ kind: 'not_a_companion' });
    expect(await diagnose('soon', 503)).toEqual({ kind: 'draining' });
  });

  it('asks nobody where the site has no companion', async () => {
    expect(await diagnoseCompanion('none', page)).toEqual({ kind: 'no_companion' });
  });

  it('tells a server that never answers', async () => {
    expect(await diagnoseCompanion(await serve(() => undefined), page, 100)).toEqual({ kind: 'too_slow' });
  });

  it('tells, where nothing answers, what an https page must look at besides', async () => {
    const nobody = (await serve(() => undefined)).replace(/\d+$/, '1');
    expect(await diagnoseCompanion(nobody, page)).toEqual({ kind: 'not_reachable' });
    expect(await diagnoseCompanion(nobody, securePage())).toEqual({ kind: 'not_reachable_from_https' });
    expect(await diagnoseCompanion(nobody, securePage('denied'))).toEqual({ kind: 'network_not_permitted' });
    expect(await diagnoseCompanion(nobody, securePage('granted'))).toEqual({ kind: 'not_reachable_from_https' });
  });
});

describe('the line to type', () => {
  const origin = 'https://school.example';
  it('lets this page in, on the port the reader has set', () => {
    const remedy = (address: string) => remedyOf({ kind: 'origin_not_allowed' }, address, origin, false);
    expect(remedy('http://localhost:4321')).toBe('ALLOWED_ORIGINS=https://school.example npm start');
    expect(remedy('http://localhost:8080')).toBe('PORT=8080 ALLOWED_ORIGINS=https://school.example npm start');
  });

  it('is one that the shell of Windows takes, there', () => {
    expect(remedyOf({ kind: 'not_reachable' }, 'http://localhost:4321', origin, true)).toBe(
      '$env:ALLOWED_ORIGINS="https://school.example"; npm start',
    );
  });

  it('is not given where typing does not help', () => {
    expect(remedyOf({ kind: 'network_not_permitted' }, 'http://localhost:4321', origin, false)).toBeUndefined();
  });
});

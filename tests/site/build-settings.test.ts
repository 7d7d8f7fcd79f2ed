import { expect, it } from 'vitest';
import { readBuildSettings } from '#site/build-settings.ts';

it('needs nothing to build a site for this machine', () => {
  expect(readBuildSettings({ SITE_URL: '', BASE_PATH: ' ' })).toEqual({
    siteUrl: 'http://localhost:4321',
    basePath: '/',
    playgroundOrigin: undefined,
    outDir: 'dist',
  });
});

it.each(['course', '/course', 'course/', '/course/', '//course//'])('takes %s as the path /course/', (BASE_PATH) => {
  expect(readBuildSettings({ BASE_PATH }).basePath).toBe('/course/');
});

it('takes an address with a slash at its end, and a companion or none', () => {
  expect(readBuildSettings({ SITE_URL: 'https://a.example/', PLAYGROUND_ORIGIN: 'https://b.example/' })).toMatchObject({
    siteUrl: 'https://a.example',
    playgroundOrigin: 'https://b.example',
  });
  expect(readBuildSettings({ PLAYGROUND_ORIGIN: 'none' }).playgroundOrigin).toBe('none');
});

it('names every wrong setting at once, each with its fix', () => {
  const wrong = { SITE_URL: 'https://a.example/course', BASE_PATH: '/課程/', PLAYGROUND_ORIGIN: 'lab.example' };
  const read = () => readBuildSettings(wrong);
  expect(read).toThrow('SITE_URL=https://a.example');
  expect(read).toThrow('a path goes into BASE_PATH');
  expect(read).toThrow('BASE_PATH=/課程/: must be a path of Latin letters');
  expect(read).toThrow('PLAYGROUND_ORIGIN=lab.example: must be scheme, host and port only');
});

it.each([
  ['SITE_URL', 'ftp://a.example'],
  ['SITE_URL', 'https://user:word@a.example'],
  ['BASE_PATH', '/en/'],
  ['BASE_PATH', '/zh-tw/course'],
  ['BASE_PATH', '/a/../b'],
  ['PLAYGROUND_ORIGIN', 'https://a.example/runs'],
])('refuses %s=%s', (name, value) => {
  expect(() => readBuildSettings({ [name]: value })).toThrow(`${name}=${value}`);
});

it('refuses a companion that a browser would not let the pages call, unless it is this machine', () => {
  const secure = { SITE_URL: 'https://a.example' };
  expect(() => readBuildSettings({ ...secure, PLAYGROUND_ORIGIN: 'http://b.example' })).toThrow('may not call http');
  expect(() => readBuildSettings({ ...secure, PLAYGROUND_ORIGIN: 'http://localhost:4321' })).not.toThrow();
});

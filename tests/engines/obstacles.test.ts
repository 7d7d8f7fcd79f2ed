import { describe, expect, it, onTestFinished } from 'vitest';
import { findPython, type Python } from '../../playground-server/engines/python.ts';
import { readSettings } from '../../playground-server/engines/settings.ts';
import { triton } from '../../playground-server/engines/triton.ts';
import { vllm } from '../../playground-server/engines/vllm.ts';

const python: Python = { executable: '/usr/bin/python3', version: '3.11', libraryFolder: '/usr/lib' };

/** What the process says it runs on, for the length of one test. */
function pretend(platform: NodeJS.Platform, arch: NodeJS.Architecture): void {
  const real = { platform: process.platform, arch: process.arch };
  onTestFinished(() => void Object.defineProperties(process, describeValues(real)));
  Object.defineProperties(process, describeValues({ platform, arch }));
}
const describeValues = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, configurable: true }]));

describe('an obstacle is named in one line', () => {
  it.each([
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['linux', 'arm64'],
  ] as const)('on %s %s', (platform, arch) => {
    pretend(platform, arch);
    for (const engine of [triton, vllm]) {
      const obstacle = engine.findObstacle(python);
      expect(obstacle).toBe(`The engines run on Linux on x86-64 only, and this is ${platform} on ${arch}.`);
    }
  });

  it('when no Python suits', () => {
    pretend('linux', 'x64');
    expect(vllm.findObstacle(undefined)).toContain('No Python 3.11 or 3.12 with venv was found');
  });

  it('when Python has no shared library, which only Triton needs', () => {
    pretend('linux', 'x64');
    const alone = { ...python, libraryFolder: undefined };
    expect(triton.findObstacle(alone)).toContain('apt install libpython3.11');
    expect(vllm.findObstacle(alone)).toBeUndefined();
  });
});

describe('the Python to install with', () => {
  it('is none when the one named is not a Python', () => {
    expect(findPython('/bin/true')).toBeUndefined();
    expect(findPython('/no/such/python')).toBeUndefined();
  });
});

describe('the settings', () => {
  it('name every wrong variable at once', () => {
    expect(() => readSettings({ VLLM_PORT: '0', TRITON_GRPC_PORT: 'many' })).toThrow(/VLLM_PORT=0/);
    expect(() => readSettings({ VLLM_PORT: '0', TRITON_GRPC_PORT: 'many' })).toThrow(/TRITON_GRPC_PORT=many/);
  });

  it('count an empty variable as not set', () => {
    expect(readSettings({ VLLM_PORT: '', ENGINES_DIR: '' })).toEqual(readSettings({}));
  });
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface LockedPackage {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  dev?: boolean;
}
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> };
const packages = Object.entries(lock.packages);

/** Where install, start and dev must work. A package written for another libc or CPU does not count. */
const PLATFORMS = [/darwin-arm64/, /darwin-x64/, /win(32|dows)-x64/, /linux-arm64(?!-musl)/, /linux-x64(?!-musl)/];

it('pins every direct dependency to one exact version', () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
    expect(version, `${name}: write an exact version, not a range`).toMatch(/^\d+\.\d+\.\d+$/);
});

it('locks an entry for macOS, Windows and Linux on ARM of every native dependency', () => {
  const native = packages.filter(([, { optionalDependencies }]) =>
    // A package of one platform may ask for its own library (sharp's libvips); only those that choose among platforms count.
    /darwin-.* .*linux-|linux-.* .*darwin-/.test(Object.keys(optionalDependencies ?? {}).join(' ')),
  );
  expect(native.map(([path]) => path.replace(/.*node_modules\//, '')).sort()).toEqual(
    expect.arrayContaining(['esbuild', 'pagefind', 'rolldown', 'sharp']),
  );
  const missing = native.flatMap(([path, { optionalDependencies }]) => {
    const names = Object.keys(optionalDependencies ?? {});
    return PLATFORMS.filter((platform) => names.some((name) => platform.test(name))).flatMap((platform) => {
      const candidates = names.filter((name) => platform.test(name));
      const locked = candidates.some((name) => packages.some(([other]) => other.endsWith(`node_modules/${name}`)));
      return locked ? [] : [`${path}: ${candidates.join(' or ')} is not in package-lock.json`];
    });
  });
  expect(missing).toEqual([]);
  for (const [path, { optionalDependencies }] of native) {
    const names = Object.keys(optionalDependencies ?? {}).join(' ');
    for (const platform of PLATFORMS) expect(names, `${path} has no package for ${platform.source}`).toMatch(platform);
  }
});

it('names no registry host', () => {
  expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

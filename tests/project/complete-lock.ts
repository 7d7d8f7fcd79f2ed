/**
 * `npm run lock:complete`, once after a dependency changed. A registry mirror may lack the packages of foreign platforms;
 * npm then leaves them out of package-lock.json, and an install on those platforms would miss them. This writes the entries that
 * npm would have written, without integrity: npm checks that against the registry of the machine that needs them.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
  cpu?: string[];
  os?: string[];
}
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };
const present = new Set(Object.keys(lock.packages).map((path) => path.replace(/.*node_modules\//, '')));

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const platform = /(darwin|win32|windows|linux|freebsd|android)-(x64|arm64)$/.exec(name);
    if (present.has(name) || !platform || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    const [, os, cpu] = platform as unknown as [string, string, string];
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev && { dev: true }),
      optional: true,
      cpu: [cpu],
      os: [os === 'windows' ? 'win32' : os],
    };
    console.log(`added ${name}@${version}, which ${path} needs on its platform`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);

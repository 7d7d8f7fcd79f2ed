import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';

const Facts = z.object({
  executable: z.string(),
  version: z.tuple([z.number(), z.number()]),
  hasVenv: z.boolean(),
  folders: z.array(z.nullable(z.string())),
  library: z.nullable(z.string()),
});

/** A Python of ours to install with. */
export interface Python {
  executable: string;
  /** "3.11" */
  version: string;
  /** folder of libpythonX.Y.so.1.0 that belongs to this very Python; undefined when it was built without */
  libraryFolder: string | undefined;
}

const SUPPORTED = ['3.12', '3.11'];
const ASK = `
import json, sys, sysconfig, importlib.util as u
print(json.dumps({"executable": sys.executable, "version": sys.version_info[:2],
    "hasVenv": all(u.find_spec(name) for name in ("venv", "ensurepip")),
    "folders": [sysconfig.get_config_var("LIBDIR"), sys.base_prefix + "/lib"],
    "library": sysconfig.get_config_var("INSTSONAME")}))`;

/** Finds a Python 3.11 or 3.12 with venv: the one named, or the first on the PATH that suits, one with a shared libpython before others. */
export function findPython(named: string | undefined): Python | undefined {
  const names = named === undefined ? ['python3', ...SUPPORTED.map((version) => `python${version}`)] : [named];
  const found = names.map(askPython).filter((python) => python !== undefined);
  return found.find(({ libraryFolder }) => libraryFolder !== undefined) ?? found[0];
}

function askPython(name: string): Python | undefined {
  let facts: z.infer<typeof Facts>;
  try {
    // Version managers put programs on the PATH that only print an error; they count as missing.
    facts = Facts.parse(
      JSON.parse(execFileSync(name, ['-c', ASK], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
    );
  } catch {
    return undefined;
  }
  const version = facts.version.join('.');
  if (!SUPPORTED.includes(version) || !facts.hasVenv) return undefined;
  const { executable, library } = facts;
  const libraryFolder = facts.folders.find(
    (folder) => folder !== null && library?.includes('.so') && existsSync(join(folder, library)),
  );
  return { executable, version, libraryFolder: libraryFolder ?? undefined };
}

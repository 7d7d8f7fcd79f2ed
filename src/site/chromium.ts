import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import sparticuz from '@sparticuz/chromium';

/**
 * The Chromium that comes as an npm package, made to start on a bare Linux: no apt, no download.
 * CHROMIUM_PATH names another browser, e.g. on macOS or Windows.
 */
export async function chromiumLaunch(): Promise<{
  executablePath: string;
  args: string[];
  env: Record<string, string>;
}> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? (await sparticuz.executablePath());
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  return {
    executablePath,
    // The package's own args switch web security off: not used.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    env: { ...env, FONTCONFIG_FILE: fontConfiguration(), ...missingLibraries(executablePath) },
  };
}

/** A fontconfig that holds one CJK font from npm; without it Chinese is drawn as boxes and measures wrong. */
function fontConfiguration(): string {
  const fonts = dirname(
    fileURLToPath(import.meta.resolve('@expo-google-fonts/noto-sans-tc/400Regular/NotoSansTC_400Regular.ttf')),
  );
  const folder = join(tmpdir(), 'course-fonts');
  mkdirSync(join(folder, 'cache'), { recursive: true });
  const file = join(folder, 'fonts.conf');
  const alias = ['sans-serif', 'serif', 'system-ui']
    .map((family) => `<alias><family>${family}</family><prefer><family>Noto Sans TC</family></prefer></alias>`)
    .join('');
  writeFileSync(
    file,
    `<?xml version="1.0"?><fontconfig><dir>${fonts}</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/cache</cachedir>${alias}</fontconfig>`,
  );
  return file;
}

/** Chromium needs nss, nspr and expat; where the system lacks them, the copies inside the package serve. */
function missingLibraries(executablePath: string): Record<string, string> {
  if (process.platform !== 'linux') return {};
  const linked = execFileSync('ldd', [executablePath], { encoding: 'utf8' });
  if (!linked.includes('not found')) return {};
  const folder = join(tmpdir(), 'course-chromium-libraries');
  const libraries = join(folder, 'lib');
  if (!existsSync(libraries)) {
    const packed = join(
      dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))),
      '..',
      'bin',
      'al2023.tar.br',
    );
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['x', '-C', folder], { input: brotliDecompressSync(readFileSync(packed)) });
  }
  return { LD_LIBRARY_PATH: [libraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':') };
}

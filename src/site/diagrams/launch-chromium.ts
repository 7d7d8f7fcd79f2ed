import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sparticuz from '@sparticuz/chromium';
import { chromium, type Browser } from 'playwright';

/**
 * Starts the Chromium that comes from npm, with the Chinese font that comes from npm: no browser or font need be installed.
 * `CHROMIUM_PATH` names another one. Close the browser to remove the font configuration again.
 */
export async function launchChromium(): Promise<Browser> {
  const font = dirname(
    createRequire(import.meta.url).resolve('@expo-google-fonts/noto-sans-tc/400Regular/NotoSansTC_400Regular.ttf'),
  );
  const folder = mkdtempSync(join(tmpdir(), 'chromium-fonts-'));
  const configuration = join(folder, 'fonts.conf');
  writeFileSync(
    configuration,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${font}</dir><cachedir>${folder}</cachedir>
<alias><family>sans-serif</family><prefer><family>Noto Sans TC</family></prefer></alias></fontconfig>`,
  );
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? (await sparticuz.executablePath()),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    env: { ...process.env, FONTCONFIG_FILE: configuration },
  });
  browser.on('disconnected', () => rmSync(folder, { recursive: true, force: true }));
  return browser;
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import sharp from 'sharp';
import { chromiumLaunch } from './chromium.ts';
import { locales, siteTitle } from './locales.ts';

/*
 * `npm run icons` draws from public/favicon.svg what browsers and link previews want as pixels: public/favicon.ico, public/icons/ and
 * public/social/. Committed, so that a build needs no browser and no font.
 */
const root = join(import.meta.dirname, '../..');
const publicFile = (path: string) => join(root, 'public', path);
const mark = readFileSync(publicFile('favicon.svg'), 'utf8');
const paper = '#fbfaf7';

for (const folder of ['icons', 'social']) mkdirSync(publicFile(folder), { recursive: true });

/** The mark on paper, with room around it: launchers cut corners off. */
async function icon(size: number): Promise<Buffer> {
  const room = Math.round(size * 0.16);
  const drawn = await sharp(Buffer.from(mark), { density: 72 * (size / 8) })
    .resize(size - 2 * room)
    .png()
    .toBuffer();
  return sharp({ create: { width: size, height: size, channels: 4, background: paper } })
    .composite([{ input: drawn }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** An .ico that holds one PNG. https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10) */
function icoOf(png: Buffer, size: number): Buffer {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2); // an icon
  head.writeUInt16LE(1, 4); // of one image
  head.writeUInt8(size, 6);
  head.writeUInt8(size, 7);
  head.writeUInt16LE(1, 10); // colour planes
  head.writeUInt16LE(32, 12); // bits a pixel
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, png]);
}

const small = await sharp(Buffer.from(mark), { density: 300 }).resize(32).png().toBuffer();
writeFileSync(publicFile('favicon.ico'), icoOf(small, 32));
writeFileSync(publicFile('icons/apple-touch-icon.png'), await icon(180));
for (const size of [192, 512]) writeFileSync(publicFile(`icons/icon-${size}.png`), await icon(size));

const taglines = {
  'zh-TW': '預測、執行，看著 token 到來。vLLM 與 Triton，雙語。',
  en: 'Predict, run, watch the tokens arrive. vLLM and Triton, in two languages.',
};
const browser = await chromium.launch(await chromiumLaunch());
const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
for (const [folder, { lang }] of Object.entries(locales)) {
  await page.setContent(`<html lang="${lang}"><body style="margin:0;padding:90px;box-sizing:border-box;height:630px;background:${paper};color:#1b211e;
    font-family:'Noto Sans TC',sans-serif;display:flex;flex-direction:column;justify-content:space-between">
    <div style="width:150px">${mark}</div>
    <div><div style="font-size:72px;line-height:1.25;font-weight:600">${siteTitle[lang]}</div>
    <div style="font-size:32px;line-height:1.6;color:#55605a;margin-top:20px">${taglines[lang]}</div></div></body></html>`);
  await page.evaluate(() => document.fonts.ready);
  const shot = await page.screenshot();
  writeFileSync(
    publicFile(`social/${folder}.png`),
    await sharp(shot).png({ palette: true, compressionLevel: 9 }).toBuffer(),
  );
}
await browser.close();

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipOf } from './zip-file.ts';

/* `npm run zip`: the built site as course.zip, for a lecture hall without a network. Unpack it anywhere and serve the folder. */
const root = join(import.meta.dirname, '../../..');
const folder = join(root, process.env['OUT_DIR'] || 'dist');
const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const files = paths.map((path) => ({
  name: path.slice(folder.length + 1).replaceAll('\\', '/'),
  bytes: readFileSync(path),
}));
const zip = zipOf(files);
const target = join(root, 'course.zip');
writeFileSync(target, zip);
console.log(
  `${target}: ${files.length} files, ${(zip.length / 1e6).toFixed(1)} MB. Unpack it and serve the folder, e.g. python3 -m http.server`,
);

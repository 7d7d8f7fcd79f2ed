import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import * as z from 'zod/mini';
import { EngineId } from './versions.ts';

/** Where lab files live, below the project's root. */
export const LABS_FOLDER = 'content/labs';

/** A server that a lab's own file of class `server` starts. */
export const ServerNeeds = z.enum(['vllm-server', 'triton-server']);
export type ServerNeeds = z.infer<typeof ServerNeeds>;

/** What a file needs when it is run: nothing, a library, or the lab's own server. */
export const LabNeeds = z.enum(['none', 'vllm', 'transformers', ...ServerNeeds.options]);
export type LabNeeds = z.infer<typeof LabNeeds>;

const Words = z.strictObject({ en: z.string().check(z.minLength(1)), 'zh-TW': z.string().check(z.minLength(1)) });

const LabRow = z.discriminatedUnion('class', [
  /** Run by us: with `npm test` (needs none) or `npm run test:labs` (the others). */
  z.strictObject({
    file: z.string(),
    class: z.literal('cpu'),
    needs: LabNeeds,
    /** Command and arguments; `python` is the engine's own interpreter. Runs in a temporary copy of the lab's folder. */
    run: z.array(z.string()).check(z.minLength(1)),
    /** What standard output must hold: text, or a regular expression between slashes. */
    expect: z.array(z.string()).check(z.minLength(1)),
  }),
  /** Started by us with `npm run test:labs`: the engine's server that the other files with the same need call. */
  z.strictObject({ file: z.string(), class: z.literal('server'), needs: ServerNeeds }),
  /** Not run by us on a CPU: a GPU or an NGC image is needed. The page prints the reason. */
  z.strictObject({ file: z.string(), class: z.enum(['gpu', 'ngc']), reason: Words }),
  /** Read by other files of the lab. `readBy` names one whose run proves this file too, as Triton's start proves a config.pbtxt. */
  z.strictObject({ file: z.string(), class: z.literal('static'), reason: Words, readBy: z.optional(z.string()) }),
]);
export type LabRow = z.infer<typeof LabRow>;

/** `content/labs/<lab>/lab.json`. */
export const LabManifest = z.strictObject({
  /** what a reader must have to try the lab; a key of versions.ts */
  engineNeeded: EngineId,
  files: z.array(LabRow),
});
export type LabManifest = z.infer<typeof LabManifest>;

/** One file's last run, written by `npm run test:labs` and never by hand. */
const Proof = z.strictObject({
  /** of what ran (`hashOf`); when that has changed since, the proof no longer counts */
  sha256: z.string(),
  ranOn: z.iso.date(),
  engine: EngineId,
  engineVersion: z.string(),
  device: z.string(),
  python: z.string(),
});
export type Proof = z.infer<typeof Proof>;

/** `content/labs/<lab>/tested.json`: file name -> its last run. */
export const LabProofs = z.record(z.string(), Proof);

export interface Lab {
  id: string;
  folder: string;
  manifest: LabManifest;
  proofs: Record<string, Proof>;
}

/** Files of a lab's folder that are about the lab and are not shown. */
const ABOUT = ['lab.json', 'tested.json'];

/** The ids of all labs, sorted. */
export function listLabs(root: string): string[] {
  const folder = join(root, LABS_FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The files a lab shows, those in folders as `folder/file`, sorted. */
export function listLabFiles(lab: Lab): string[] {
  return readdirSync(lab.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(lab.folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !ABOUT.includes(file) && !file.includes('__pycache__/'))
    .sort();
}

/** Reads and checks one lab. Throws with the fix in words. */
export function readLab(root: string, id: string): Lab {
  const folder = join(root, LABS_FOLDER, id);
  const manifestPath = join(folder, 'lab.json');
  if (!existsSync(manifestPath))
    throw new Error(
      `Lab "${id}": ${LABS_FOLDER}/${id}/lab.json is missing. Create it (schema: ${LABS_FOLDER}/README.md). Labs there are: ${listLabs(root).join(', ') || 'none'}.`,
    );
  const proofsPath = join(folder, 'tested.json');
  return {
    id,
    folder,
    manifest: parseAs(LabManifest, manifestPath, `${LABS_FOLDER}/${id}/lab.json`),
    proofs: existsSync(proofsPath) ? parseAs(LabProofs, proofsPath, `${LABS_FOLDER}/${id}/tested.json`) : {},
  };
}

function parseAs<Schema extends z.ZodMiniType>(schema: Schema, path: string, shown: string): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${shown} is not JSON: ${String(error)}`, { cause: error });
  }
  const result = schema.safeParse(json);
  if (!result.success) throw new Error(`${shown} does not fit its schema.\n${z.prettifyError(result.error)}`);
  return result.data;
}

export interface ShownFile {
  code: string;
  /** language for the highlighter, from the file's name */
  language: string;
  row: LabRow;
  /** the run that proves this very text, absent when there is none */
  proof: Proof | undefined;
}

/** A lab file, or one region of it, as a page shows it. Throws with the fix in words when file, row or region is missing. */
export function readLabFile(root: string, labId: string, file: string, region?: string): ShownFile {
  const lab = readLab(root, labId);
  const row = lab.manifest.files.find((each) => each.file === file);
  if (!row)
    throw new Error(
      `Lab "${labId}" has no row for "${file}". Add one to ${LABS_FOLDER}/${labId}/lab.json, or use one of: ${lab.manifest.files.map((each) => each.file).join(', ')}.`,
    );
  const path = join(lab.folder, file);
  if (!existsSync(path))
    throw new Error(
      `${LABS_FOLDER}/${labId}/${file} is missing, though lab.json names it. Create the file or take the row out.`,
    );
  const text = readText(path);
  const proven = row.class === 'static' ? row.readBy : file;
  const proof = proven === undefined ? undefined : lab.proofs[proven];
  return {
    code: region === undefined ? withoutMarkers(text) : cutRegion(text, region, `${LABS_FOLDER}/${labId}/${file}`),
    language: languageOf(file),
    row,
    proof: proven !== undefined && proof?.sha256 === hashOf(lab, proven) ? proof : undefined,
  };
}

/** A file's text with one kind of line end, so that its hash is the same on every system. */
export function readText(path: string): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}

/** What a proof is about: the file's text, and that of every static file of the lab, because those are what it reads. */
export function hashOf(lab: Pick<Lab, 'folder' | 'manifest'>, file: string): string {
  const read = lab.manifest.files.filter((row) => row.class === 'static' && row.file !== file).map((row) => row.file);
  const hash = createHash('sha256');
  for (const name of [file, ...read]) {
    const path = join(lab.folder, name);
    if (existsSync(path)) hash.update(readText(path));
  }
  return hash.digest('hex');
}

const START = /^\s*(?:#|\/\/|--)\s*region:\s*(\S+)\s*$/;
const END = /^\s*(?:#|\/\/|--)\s*endregion\s*$/;

/** The whole text less the marker lines. */
export function withoutMarkers(text: string): string {
  return text
    .split('\n')
    .filter((line) => !START.test(line) && !END.test(line))
    .join('\n')
    .trimEnd();
}

/** The lines between `# region: name` and its `# endregion`, moved left by their common indentation. */
export function cutRegion(text: string, name: string, place: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => START.exec(line)?.[1] === name);
  if (start === -1) {
    const known = lines.flatMap((line) => START.exec(line)?.[1] ?? []);
    throw new Error(
      `${place} has no region "${name}". Add a line "# region: ${name}" and a line "# endregion", or use one of: ${known.join(', ') || 'none'}.`,
    );
  }
  const length = lines.slice(start + 1).findIndex((line) => END.test(line));
  if (length === -1) throw new Error(`${place}: region "${name}" is not closed. Add a line "# endregion" after it.`);
  const body = lines.slice(start + 1, start + 1 + length);
  const indents = body.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const common = indents.length > 0 ? Math.min(...indents) : 0;
  return body
    .map((line) => line.slice(common))
    .join('\n')
    .trimEnd();
}

const LANGUAGES: Record<string, string> = {
  py: 'python',
  sh: 'bash',
  json: 'json',
  jinja: 'jinja',
  pbtxt: 'pbtxt',
  proto: 'proto',
  ts: 'ts',
  mjs: 'js',
  yaml: 'yaml',
  toml: 'toml',
  txt: 'txt',
};

function languageOf(file: string): string {
  const ending = file.slice(file.lastIndexOf('.') + 1);
  const language = basename(file) === 'Dockerfile' ? 'dockerfile' : LANGUAGES[ending];
  if (!language) throw new Error(`No highlighter language for "${file}". Add ".${ending}" to LANGUAGES in labs.ts.`);
  return language;
}

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab, LabRow } from '../../src/site/labs.ts';

const TIME_LIMIT_MS = 300_000;

export type RunnableRow = Extract<LabRow, { class: 'cpu' }>;

export interface LabEnvironment {
  /** the interpreter put in for `python` */
  python: string;
  /** added to the environment of this process */
  variables: Record<string, string>;
}

/** Runs one lab file in a temporary copy of its folder. Resolves to what is wrong, '' when nothing is. */
export async function runLabFile(lab: Lab, row: RunnableRow, { python, variables }: LabEnvironment): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `lab-${lab.id}-`));
  try {
    cpSync(lab.folder, folder, { recursive: true });
    const [command = '', ...args] = row.run;
    const { code, stdout, stderr } = await runCommand(command === 'python' ? python : command, args, folder, variables);
    const shown = `${stdout.slice(-2000)}\n${stderr.slice(-2000)}`;
    if (code !== 0) return `${row.file} ended with ${code}:\n${shown}`;
    const missing = row.expect.filter((expected) => !isIn(stdout, expected));
    return missing.length === 0 ? '' : `${row.file} did not print ${missing.join(' and ')}:\n${shown}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `/…/` is a regular expression, everything else is text. */
function isIn(output: string, expected: string): boolean {
  const pattern = /^\/(.+)\/$/s.exec(expected)?.[1];
  return pattern === undefined ? output.includes(expected) : new RegExp(pattern, 'm').test(output);
}

function runCommand(command: string, args: string[], cwd: string, variables: Record<string, string>) {
  return new Promise<{ code: number | string; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...variables }, timeout: TIME_LIMIT_MS });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', (error) => reject(new Error(`${command} did not start: ${error.message}`, { cause: error })));
    child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 'no code', stdout, stderr }));
  });
}

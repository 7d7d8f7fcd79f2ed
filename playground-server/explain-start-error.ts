import { ProblemError } from '#contract/problem-error.ts';
import { ConfigError } from './config.ts';

/** Why the server did not start and what to do about it, in both languages of the course. Unknown errors keep their stack. */
export function explainStartError(error: unknown, environment: NodeJS.ProcessEnv): string {
  if (error instanceof ConfigError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const port = environment['PORT'] || '4321';
  const other = Number(port) < 65_535 ? Number(port) + 1 : 4321;
  if (code === 'EADDRINUSE')
    return [
      `Port ${port} is already in use. Stop the program that uses it, or choose another port:`,
      `連接埠 ${port} 已被占用。請結束占用它的程式，或改用另一個連接埠：`,
      `  macOS, Linux:        PORT=${other} npm start`,
      `  Windows PowerShell:  $env:PORT=${other}; npm start`,
    ].join('\n');
  if (code === 'EACCES')
    return [
      `This account may not listen on port ${port}. Choose one above 1023, e.g. PORT=4321.`,
      `這個帳號不能使用連接埠 ${port}。請改用 1023 以上的連接埠，例如 PORT=4321。`,
    ].join('\n');
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return [
      `HOST=${environment['HOST'] ?? ''} is not an address of this machine. Leave HOST out, or use 0.0.0.0 to serve your network.`,
      `HOST=${environment['HOST'] ?? ''} 不是這台機器的位址。請拿掉 HOST，或用 0.0.0.0 讓同一個網路的人連進來。`,
    ].join('\n');
  if (error instanceof ProblemError && error.problem.reason === 'model_not_loaded')
    return [
      'The tiny model could not be read; the reason stands above. Get the file back with git, or name another with MODEL_FILE.',
      '讀不到小模型，原因在上面。請用 git 取回檔案，或用 MODEL_FILE 指定另一個檔案。',
    ].join('\n');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

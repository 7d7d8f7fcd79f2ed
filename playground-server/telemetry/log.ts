/** One structured line. Never a prompt, never generated text, never a learner's address. */
export type LogLine = { event: string } & Record<string, string | number | boolean | undefined>;
export type Log = (line: LogLine) => void;

/** Writes each line as JSON to standard error, so that standard output stays for people. */
export const logToStderr: Log = (line) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
};

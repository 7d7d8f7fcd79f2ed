/** One fault of the content: where, and what is wrong together with how to mend it. */
export interface Finding {
  /** e.g. `content/docs/en/vllm/x.mdx:12` or `vllm/x#batching` */
  place: string;
  error: string;
}

/** Findings as a person reads them, one a line; '' when there are none. */
export function describeFindings(findings: readonly Finding[]): string {
  return findings.map(({ place, error }) => `${place}: ${error}`).join('\n');
}

/** Bounds on what an engine may take from us: time in milliseconds, size in bytes. Defaults and reasons: config.ts. */
export interface UpstreamLimits {
  readonly connectMs: number;
  /** from the request to the first token */
  readonly firstTokenMs: number;
  readonly betweenTokensMs: number;
  /** one server-sent event */
  readonly eventBytes: number;
  /** all that one streamed answer may hold */
  readonly streamBytes: number;
  /** tensors of one inference, each way */
  readonly tensorBytes: number;
}

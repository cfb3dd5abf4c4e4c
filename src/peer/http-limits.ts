/** The bounds of the HTTP server; every one may be set lower in tests. */

export interface HttpLimits {
  /** A request's body. Default 4 MiB; more is 413. */
  readonly bodyBytes: number;
  /** All bodies being received at once. Default 128 MiB; past it the largest unfinished one is given up. */
  readonly bodiesBytes: number;
  /** Request line and headers. Default 16 KiB; more is 431. */
  readonly headerBytes: number;
  /** Number of headers. Default 100. */
  readonly headers: number;
  /** From the first byte to the end of the headers. Default 10 s; slower is 408. */
  readonly headersTimeoutMs: number;
  /** From the first byte to the end of the body. Default 30 s; slower is 408. */
  readonly requestTimeoutMs: number;
  /** Between two requests on one connection. Default 30 s. */
  readonly keepAliveMs: number;
  /** Default 1,000; past it the longest idle connection of the busiest address makes room. */
  readonly connections: number;
  /**
   * Requests being carried out at once, until their answers have gone. Default 256; then whoever does not read an answer
   * makes room, and where there is nobody of that kind, more are 503 with Retry-After.
   */
  readonly requestsInWork: number;
  /** All answers that wait for their readers. Default 128 MiB; past it the connection that holds most is cut. */
  readonly answersBytes: number;
  /** How long, and for how many bytes, the rest of a refused body is read and thrown away, so that the sender sees the answer. */
  readonly lingerMs: number;
  readonly lingerBytes: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  bodyBytes: 4 * 2 ** 20,
  bodiesBytes: 128 * 2 ** 20,
  headerBytes: 16 * 2 ** 10,
  headers: 100,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveMs: 30_000,
  connections: 1_000,
  requestsInWork: 256,
  answersBytes: 128 * 2 ** 20,
  lingerMs: 5_000,
  lingerBytes: 256 * 2 ** 20,
};

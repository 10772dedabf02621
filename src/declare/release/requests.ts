import type { Worker } from "../workers/worker.ts";
import type { SecretReference } from "./hooks.ts";

/**
 * A request that a new version is asked before anybody meets it, and what it has to answer.
 *
 * @example
 * const smoke: SmokeRequest[] = [{ worker: api, path: "/health", contains: "ok" }];
 */
export interface SmokeRequest {
  /** One of the system, with an address: workers.dev, a domain or a route. */
  readonly worker: Worker;
  /** With its query: `/health?deep=1`. */
  readonly path: string;
  /** Of the request. @default "GET" */
  readonly method?: string;
  /** Sent with it; what is a secret goes into `secrets`. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Header → where its value is. @default - none */
  readonly secrets?: Readonly<Record<string, SecretReference>>;
  /** Sent with it. @default - none */
  readonly body?: string;
  /** What it has to answer with. @default - any of 200 to 299 */
  readonly expectedStatus?: number;
  /** A text that the answer has to contain. @default - not looked for */
  readonly contains?: string;
}

/**
 * Requests that are sent to a new version before each of its steps, at 0 % first: so it is warm, and a gate that counts them has something to
 * measure where there is little traffic.
 *
 * @example
 * const warmUp: WarmUp = { requests: [{ worker: api, path: "/health" }], perSecond: 5, total: 200 };
 */
export interface WarmUp {
  /** Asked in turn, with GET. */
  readonly requests: readonly { readonly worker: Worker; readonly path: string }[];
  /** To each worker; 1 to 50. @default 5 */
  readonly perSecond?: number;
  /** To each worker before each step; 1 to 10,000. @default 100 */
  readonly total?: number;
}

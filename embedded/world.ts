import type { AiBackend } from "./runtime/ai.ts";
import type { AiGateways } from "./runtime/ai-gateway.ts";
import type { Analytics } from "./runtime/analytics.ts";
import type { Compute } from "./runtime/compute.ts";
import type { Emails } from "./runtime/emails.ts";
import type { QueueBroker } from "./runtime/queues.ts";
import type { Stores } from "./runtime/stores.ts";
import type { VectorEngine } from "./runtime/vectors.ts";
import type { State } from "./state.ts";

/** What an API service may touch: the remembered state and the data plane. Built once, in main.ts. */
export interface World {
  readonly state: State;
  readonly stores: Stores;
  readonly compute: Compute;
  readonly queues: QueueBroker;
  readonly vectors: VectorEngine;
  readonly ai: AiBackend;
  readonly gateways: AiGateways;
  /** Data points of Analytics Engine. */
  readonly analytics: Analytics;
  /** Messages that Workers sent. */
  readonly emails: Emails;
  /** The folder that everything is kept in; a service may keep files in a subfolder of its own. */
  readonly dataDir: string;
  /** One line for people, in the log of the process. */
  readonly log: (line: string) => void;
  /** `http://127.0.0.1:<port>`: for upload and download addresses that the API itself hands out. */
  readonly origin: () => string;
}

/** An account of the embedded Cloudflare: one a stage, unless stages name the same one, so that a promotion can be rehearsed. */
export interface Account {
  /** 32 hexadecimal characters. */
  readonly id: string;
  readonly name: string;
}

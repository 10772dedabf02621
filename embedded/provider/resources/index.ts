import type { Kind } from "../facts/kind.ts";
import { d1Database } from "./d1.ts";
import { workersKv, workersKvNamespace } from "./kv.ts";
import { queue, queueConsumer } from "./queues.ts";
import * as r2 from "./r2.ts";
import * as settings from "./settings.ts";
import { workerVersion } from "./worker-version.ts";
import * as workers from "./workers.ts";

/** Every kind of resource that the provider answers. */
export const kinds: readonly Kind[] = [
  d1Database,
  workersKvNamespace,
  workersKv,
  queue,
  queueConsumer,
  workerVersion,
  ...Object.values(r2),
  ...Object.values(workers),
  ...Object.values(settings),
];

import { accounts } from "./accounts.ts";
import { ai } from "./ai.ts";
import { aiGateway } from "./aiGateway.ts";
import { alerting } from "./alerting.ts";
import { d1 } from "./d1.ts";
import { deployments } from "./deployments.ts";
import { hyperdrive } from "./hyperdrive.ts";
import { queueConsumers } from "./queueConsumers.ts";
import { queueMessages } from "./queueMessages.ts";
import { queues } from "./queues.ts";
import { r2 } from "./r2.ts";
import type { Service } from "./service.ts";
import { user } from "./user.ts";
import { vectorize } from "./vectorize.ts";
import { workers } from "./workers.ts";
import { workerVersions } from "./workerVersions.ts";
import { workflows } from "./workflows.ts";
import { zones } from "./zones.ts";

/** Everything that the embedded API answers. */
export const services: readonly Service[] = [
  accounts,
  user,
  workers,
  workerVersions,
  deployments,
  d1,
  r2,
  queues,
  queueConsumers,
  queueMessages,
  vectorize,
  ai,
  aiGateway,
  workflows,
  hyperdrive,
  alerting,
  zones,
];

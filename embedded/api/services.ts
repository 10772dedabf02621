import { accounts } from "./accounts.ts";
import { ai } from "./ai.ts";
import { aiGateway } from "./aiGateway.ts";
import { alerting } from "./alerting.ts";
import { assets } from "./assets.ts";
import { d1 } from "./d1.ts";
import { deployments } from "./deployments.ts";
import { graphql } from "./graphql.ts";
import { hyperdrive } from "./hyperdrive.ts";
import { kv } from "./kv.ts";
import { objectNamespaces } from "./objectNamespaces.ts";
import { queueConsumers } from "./queueConsumers.ts";
import { queueMessages } from "./queueMessages.ts";
import { queues } from "./queues.ts";
import { r2 } from "./r2.ts";
import { schedules } from "./schedules.ts";
import { scriptSettingsService } from "./scriptSettings.ts";
import { scripts } from "./scripts.ts";
import { scriptVersions } from "./scriptVersions.ts";
import { secretsService } from "./secrets.ts";
import type { Service } from "./service.ts";
import { subdomain } from "./subdomain.ts";
import { tails } from "./tails.ts";
import { user } from "./user.ts";
import { vectorize } from "./vectorize.ts";
import { workerServices } from "./workerServices.ts";
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
  scripts,
  scriptVersions,
  scriptSettingsService,
  secretsService,
  subdomain,
  schedules,
  assets,
  workerServices,
  tails,
  graphql,
  objectNamespaces,
  d1,
  r2,
  kv,
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

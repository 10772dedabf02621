import { accounts } from "./account/accounts.ts";
import { alerting } from "./account/alerting.ts";
import { availableAlerts } from "./account/available-alerts.ts";
import { user } from "./account/user.ts";
import { ai } from "./ai/ai.ts";
import { aiGateway } from "./ai/ai-gateway.ts";
import { aiGatewayEndpoint } from "./ai/ai-gateway-endpoint.ts";
import { aiGatewayLogs } from "./ai/ai-gateway-logs.ts";
import { aliases } from "./aliases/routes.ts";
import { analyticsEngine } from "./analytics-engine/analytics-engine.ts";
import { d1 } from "./d1/d1.ts";
import { emails } from "./emails/emails.ts";
import { graphql } from "./graphql/graphql.ts";
import type { Service } from "./http/service.ts";
import { hyperdrive } from "./hyperdrive/hyperdrive.ts";
import { kv } from "./kv/kv.ts";
import { queueConsumers } from "./queues/consumers.ts";
import { queueMessages } from "./queues/messages.ts";
import { queues } from "./queues/queues.ts";
import { r2 } from "./r2/r2.ts";
import { secretsStore } from "./secrets-store/secrets-store.ts";
import { tails } from "./tails/tails.ts";
import { telemetryRates } from "./telemetry/rates.ts";
import { telemetry } from "./telemetry/telemetry.ts";
import { vectorize } from "./vectorize/vectorize.ts";
import { runNow } from "./workers/crons/run-now.ts";
import { accountSettings } from "./workers/routes/account-settings.ts";
import { assets } from "./workers/routes/assets.ts";
import { deployments } from "./workers/routes/deployments.ts";
import { objectNamespaces } from "./workers/routes/object-namespaces.ts";
import { schedules } from "./workers/routes/schedules.ts";
import { scriptSettingsService } from "./workers/routes/script-settings.ts";
import { scriptVersions } from "./workers/routes/script-versions.ts";
import { scripts } from "./workers/routes/scripts.ts";
import { scriptsSearch } from "./workers/routes/scripts-search.ts";
import { secretsService } from "./workers/routes/secrets.ts";
import { subdomain } from "./workers/routes/subdomain.ts";
import { workerServices } from "./workers/routes/worker-services.ts";
import { workerVersions } from "./workers/routes/worker-versions.ts";
import { workers } from "./workers/routes/workers.ts";
import { workflows } from "./workflows/workflows.ts";
import { zones } from "./zones/zones.ts";

/** Everything that the embedded API answers. */
export const services: readonly Service[] = [
  accounts,
  user,
  workers,
  workerVersions,
  deployments,
  scripts,
  scriptsSearch,
  accountSettings,
  scriptVersions,
  scriptSettingsService,
  secretsService,
  subdomain,
  schedules,
  assets,
  workerServices,
  tails,
  graphql,
  telemetry,
  telemetryRates,
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
  aiGatewayLogs,
  aiGatewayEndpoint,
  workflows,
  hyperdrive,
  analyticsEngine,
  emails,
  runNow,
  secretsStore,
  alerting,
  availableAlerts,
  aliases,
  zones,
];

import { addressesDoNotOverlap } from "./addresses/addresses-do-not-overlap.ts";
import { cronsDiffer } from "./addresses/crons-differ.ts";
import { bucketDomainsAreEncrypted } from "./buckets/bucket-domains-are-encrypted.ts";
import { bucketsArePrivate } from "./buckets/buckets-are-private.ts";
import { corsIsNarrow } from "./buckets/cors-is-narrow.ts";
import { dataIsProtected } from "./data/data-is-protected.ts";
import { namesAreDeclared } from "./data/names-are-declared.ts";
import { noDeleteBeforeReplace } from "./data/no-delete-before-replace.ts";
import { placeIsSaid } from "./data/place-is-said.ts";
import { replicationIsSaid } from "./data/replication-is-said.ts";
import { stagesKeepApart } from "./data/stages-keep-apart.ts";
import { vectorsFitModels } from "./data/vectors-fit-models.ts";
import { codeFits } from "./limits/code-fits.ts";
import { planLimits } from "./limits/plan-limits.ts";
import { promotedIsBaked } from "./promotion/promoted-is-baked.ts";
import { consumersHaveDeadLetters } from "./queues/consumers-have-dead-letters.ts";
import { deadLettersAreConsumed } from "./queues/dead-letters-are-consumed.ts";
import { queueSettings } from "./queues/queue-settings.ts";
import type { Rule } from "./rule.ts";
import { tokenIsNarrow } from "./tokens/token-is-narrow.ts";
import { logLevel } from "./variables/log-level.ts";
import { noPlaceholders } from "./variables/no-placeholders.ts";
import { noPlainSecrets } from "./variables/no-plain-secrets.ts";
import { oneNameOneKind } from "./variables/one-name-one-kind.ts";
import { assetsHaveVersionKey } from "./workers/assets-have-version-key.ts";
import { classesChangeAlone } from "./workers/classes-change-alone.ts";
import { compatibilityDate } from "./workers/compatibility-date.ts";
import { gatewaysAreLimited } from "./workers/gateways-are-limited.ts";
import { noPreviewUrls } from "./workers/no-preview-urls.ts";
import { noWorkersDev } from "./workers/no-workers-dev.ts";
import { workerIsObserved } from "./workers/worker-is-observed.ts";
import { workersAreAlarmed } from "./workers/workers-are-alarmed.ts";
import { dnsPointsSomewhere } from "./zones/dns-points-somewhere.ts";
import { zoneHasDnssec } from "./zones/zone-has-dnssec.ts";
import { zoneIsEncrypted } from "./zones/zone-is-encrypted.ts";

/** Every rule, in the order of the docs: what loses data first. */
export const rules: readonly Rule[] = [
  dataIsProtected,
  noDeleteBeforeReplace,
  stagesKeepApart,
  promotedIsBaked,
  namesAreDeclared,
  replicationIsSaid,
  placeIsSaid,
  vectorsFitModels,
  noPlainSecrets,
  noPlaceholders,
  oneNameOneKind,
  logLevel,
  consumersHaveDeadLetters,
  deadLettersAreConsumed,
  queueSettings,
  classesChangeAlone,
  assetsHaveVersionKey,
  compatibilityDate,
  noPreviewUrls,
  noWorkersDev,
  workerIsObserved,
  workersAreAlarmed,
  gatewaysAreLimited,
  addressesDoNotOverlap,
  cronsDiffer,
  bucketsArePrivate,
  corsIsNarrow,
  bucketDomainsAreEncrypted,
  zoneIsEncrypted,
  zoneHasDnssec,
  dnsPointsSomewhere,
  planLimits,
  tokenIsNarrow,
  codeFits,
];

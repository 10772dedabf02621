import { type Attribute, type Attributes, facts } from "./facts.ts";

/** Where this provider is meant to behave differently from the official one, and why. */
export const deliberate: readonly { readonly what: string; readonly why: string }[] = [
  {
    what: "WorkersScript is refused.",
    why: "Moving a name between WorkersScript and Worker is a delete in Pulumi, and deleting a script deletes the storage of its Durable Objects.",
  },
  {
    what: "The address must be the embedded Cloudflare's, and a token is required.",
    why: "A provider that is attached to every run must not be able to reach a real account.",
  },
  {
    what: "Detailed diffs leave out values that only the service decides; the list of changed properties has them.",
    why: "A preview shows what somebody changed, not every timestamp that will be another.",
  },
  {
    what: "Refusals of the API are not repeated; only a refused connection is tried again, for three seconds.",
    why: "The official client's eleven attempts take minutes, and an API on the same machine does not get better by waiting.",
  },
  {
    what: "Unknown properties and wrong types are failures of Check with their paths.",
    why: "The official provider reports some of them later, without a path.",
  },
  {
    what: "A module needs exactly one of contentFile and contentBase64.",
    why: "With both, the official provider silently prefers the file.",
  },
  {
    what: "Notifications of a bucket that are gone already do not stop their update.",
    why: "An update is a delete and a create; one that was cut off between the two could never be finished.",
  },
  {
    what: "The state has no raw state delta, and an official one is dropped at the next change.",
    why: "It is the official bridge's own bookkeeping; the bridge does without it when it is missing.",
  },
  {
    what: 'R2CustomDomain, R2BucketLock and R2BucketCors have the id "missing ID", as the ones of their kind that were observed.',
    why: "The observed kinds without an id of their own all had it.",
  },
  {
    what: "A refresh keeps a version's secret keys, and its list of bindings when that is empty and the answer leaves it out.",
    why: "Keys are never given back; the official provider keeps the texts of bindings alone, and would make a new version after each refresh.",
  },
  {
    what: "An answer of the wrong type is an error that names the field.",
    why: "The official provider leaves such a value unknown and fails later with another message.",
  },
];

/** Kinds that were not in the observed program: they follow the official provider's source, not its behaviour. */
export const kindsNeverObserved: Readonly<Record<string, string>> = {
  "cloudflare:index/notificationPolicy:NotificationPolicy":
    "the API's answer to a create has the id alone; the rest of the state comes with a refresh",
  "cloudflare:index/notificationPolicyWebhooks:NotificationPolicyWebhooks":
    "secret is kept from the state, because it is never given back",
  "cloudflare:index/r2BucketLock:R2BucketLock":
    "as R2BucketLifecycle, which was observed: nothing is called to delete it",
  "cloudflare:index/r2CustomDomain:R2CustomDomain": "asks once more when an answer has no zoneName",
  "cloudflare:index/workersKv:WorkersKv": "value and metadata travel as a form, and are read by two requests",
  "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain": "POST creates and updates",
};

/** Properties that the SDK has and the observed provider had not: by type, with what is assumed of them. */
export const propertiesNeverObserved: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  D1Database: { fields: "only chooses what a read answers: neither sent nor read" },
  Queue: {
    jurisdiction: "in the body; another one is another queue",
    consumers: "targets of alerts in a consumer's settings: shown as answered",
  },
  QueueConsumer: { settings: "targets of alerts: in the body" },
  Worker: {
    force: "a query of the delete",
    observability: "issues and the propagation policy: in the body; what is not answered is kept",
    previewsBaseConfig: "in the body; the service decides when it is not set",
    subdomain: "url and previewUrlSuffix are computed",
  },
  WorkerVersion: {
    assets: "basePath: in the body",
    authorEmail: "computed",
    authorId: "computed",
    bindings: "identity, stream and mitigationTimeout: in the body",
    cacheOptions: "in the body; a change is a new version when the program sets it",
    deploy: "a query of the create; a change is a new version",
    exports:
      "in the body; a change is a new version; entries that no read gives back are kept from the state",
    exportsReconciliation: "computed",
    include: "only chooses what a read answers: neither sent nor read",
    packageDependencies: "in the body in camelCase; a change is a new version",
  },
  WorkersDeployment: { force: "a query of the create" },
  WorkersKv: {
    expiration: "a query of the write, never read",
    expirationTtl: "a query of the write, never read",
  },
  WorkersKvNamespace: { jurisdiction: "in the body; another one is another namespace" },
  Workflow: {
    concurrency: "in the body, echoed",
    defaultRetention: "in the body, echoed",
    schedules: "in the body, echoed",
    scriptDeleted: "computed",
  },
  AiGateway: {
    byokOnly: "in the body; the service decides when it is not set",
    guardrails: "in the body, echoed",
    logClassification: "in the body; the service decides when it is not set",
    spendLimits: "in the body; the service decides when it is not set",
  },
  HyperdriveConfig: { integration: "in the body, echoed", restartedOn: "computed" },
  NotificationPolicy: { filters: "tokenIds: in the body, echoed" },
};

/** By type and output: why the state has more than the observed one, whose API answered little of its own. */
export const answersMore: Readonly<Record<string, string>> = {
  "AiGateway isDefault": "answered by the real API",
  "D1Database fileSize": "the size of a real, empty database",
  "QueueConsumer queueName": "answered by the real API",
  "QueueConsumer settings.retryDelay": "answered with the service's default",
  "R2BucketEventNotification queueName": "the real API answers it to a read only",
  "R2ManagedDomain bucketId": "answered by the real API",
  "R2ManagedDomain domain": "answered by the real API",
  "Worker observability.logs.destinations": "answered with the service's default, and sent back from then on",
  "Worker observability.traces.destinations":
    "answered with the service's default, and sent back from then on",
  "Worker references": "answered with its parts",
  "Worker references.dispatchNamespaceOutbounds": "answered with its parts",
  "Worker references.domains": "answered with its parts",
  "Worker references.durableObjects": "answered with its parts",
  "Worker references.queues": "answered with its parts",
  "Worker references.workers": "answered with its parts",
  "WorkerVersion annotations.workersTriggeredBy": "answered by the real API",
  "WorkerVersion startupTimeMs": "measured in a real workerd",
  "WorkerVersion urls": "answered by the real API",
  "WorkersCustomDomain certId": "answered by the real API",
  "WorkersCustomDomain environment": "answered by the real API",
  "WorkersDeployment annotations.workersTriggeredBy": "answered by the real API",
  "WorkersDeployment authorEmail": "the embedded API's author",
  "Workflow instances": "the real API answers it to a read only",
};

/** Whether the property at the path was added to the SDK after the official provider was observed. */
export function isAddition(token: string, path: string): boolean {
  let attributes: Attributes | undefined = facts[token]?.attributes;
  for (const name of path.replace(/\[\d+\]/g, "").split(".")) {
    const attribute: Attribute | undefined = attributes?.[name];
    if (attribute === undefined) return false;
    if (attribute.since !== undefined) return true;
    attributes = attribute.of;
  }
  return false;
}

/** Whether a part of the property was added, so that it changes where it did not before. */
export function hasAddition(token: string, property: string): boolean {
  const attribute = facts[token]?.attributes[property];
  return attribute !== undefined && added(attribute);
}

const added = (attribute: Attribute): boolean =>
  attribute.since !== undefined || Object.values(attribute.of ?? {}).some(added);

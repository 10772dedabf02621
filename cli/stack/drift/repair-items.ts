import type { Finding } from "../../../src/reality/finding.ts";
import type { Repair } from "../../../src/reality/repair.ts";
import type { StateResource } from "../../../src/reality/state.ts";
import type { RegisteredType } from "../../../src/resources/kinds/registered.ts";

/** How one thing becomes again what the stack left. */
export type Way =
  /** By one call of the API, with what the stack's state has. */
  | { readonly kind: "call"; readonly repair: Repair }
  /** By the engine, with this resource alone as its target. */
  | { readonly kind: "engine"; readonly urn: string }
  /** By nobody but a person. */
  | { readonly kind: "person" };

/** One thing that was changed by hand, and the way back. */
export interface RepairItem {
  readonly finding: Finding;
  readonly way: Way;
}

/** Of a finding, the type of the resource that it is about; undefined where the finding names its resource itself, or where nothing is put back. */
const typeOf: Readonly<Record<Finding["aspect"], RegisteredType | undefined>> = {
  settings: "cloudflare:index/worker:Worker",
  consumer: "cloudflare:index/queueConsumer:QueueConsumer",
  route: "cloudflare:index/workersRoute:WorkersRoute",
  domain: "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
  deployment: undefined,
  worker: undefined,
  crons: undefined,
  schema: undefined,
  store: undefined,
  property: undefined,
};

/** Types that hold no data and that no other resource names by an id: one that is gone may be made again, for itself. */
const madeAgain: ReadonlySet<string> = new Set<RegisteredType>([
  "cloudflare:index/queueConsumer:QueueConsumer",
  "cloudflare:index/workersRoute:WorkersRoute",
  "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
  "cloudflare:index/r2BucketCors:R2BucketCors",
  "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  "cloudflare:index/r2BucketLock:R2BucketLock",
  "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification",
  "cloudflare:index/r2CustomDomain:R2CustomDomain",
  "cloudflare:index/r2ManagedDomain:R2ManagedDomain",
]);

/** What an `up` makes new with every release is no setting: only a deployment puts it back. */
const released: ReadonlySet<string> = new Set<RegisteredType>([
  "cloudflare:index/workerVersion:WorkerVersion",
  "cloudflare:index/workersDeployment:WorkersDeployment",
]);

export const repairItems = (
  findings: readonly Finding[],
  state: readonly StateResource[],
): readonly RepairItem[] => findings.map((finding) => ({ finding, way: wayOf(finding, state) }));

function wayOf(finding: Finding, state: readonly StateResource[]): Way {
  const { putBack, repair } = finding;
  if (putBack === "person") return { kind: "person" };
  if (repair !== undefined) return { kind: "call", repair };
  const resource = state.find(
    ({ urn, type, name }) =>
      urn === finding.urn || (name === finding.resource && type === typeOf[finding.aspect]),
  );
  if (resource === undefined || released.has(resource.type)) return { kind: "person" };
  const isGone = finding.found === "nothing";
  return isGone && !madeAgain.has(resource.type) ? { kind: "person" } : { kind: "engine", urn: resource.urn };
}

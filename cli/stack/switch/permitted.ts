import { holdsData } from "../../../src/approvals/retirement.ts";
import { changesOf, type PlanDigest, type PlannedChange } from "../plan/plan-digest.ts";

/** Resources that follow a store in whose place another one is. */
export interface Following {
  /** `<system>/<name>` of the stores. */
  readonly stores: readonly string[];
  /** `<system>/<name>` of the workers that bind them. */
  readonly workers: readonly string[];
  /** Whether new code of those comes along: what asks an index has to ask with the model that filled it. @default - their code stays */
  readonly withCode?: boolean;
}

const migrations = "pulumi-nodejs:dynamic/lockstep:Migrations";
const index = "pulumi-nodejs:dynamic/lockstep:VectorizeIndex";
/** What is declared with a bucket and goes along with it; a host name of its own does not. */
const ofBuckets =
  /:(BucketReset|R2BucketCors|R2BucketLifecycle|R2BucketLock|R2ManagedDomain|R2BucketEventNotification)$/;
/** The engine's steps of one that is made for another bucket. */
const anew = ["create", "replace", "create-replacement", "delete-replaced", "refresh", "same"];
const ofWorkers = /(:WorkerVersion|:WorkersDeployment|^command:local:Command)$/;

/** What of a plan is more than what follows from the switch: a line each. A plan that touches anything that holds data is never only that. */
export const beyondSwitch = (plan: PlanDigest, following: Following): readonly string[] =>
  changesOf(plan)
    .filter((change) => !follows(change, following))
    .map(({ name, type, ops, paths }) =>
      [
        `${name} (${type.split(":").at(-1)}): ${ops.join(", ")}`,
        ...(paths.length > 0 ? [paths.join(", ")] : []),
      ].join(": "),
    );

function follows(
  { type, name, ops, paths }: PlannedChange,
  { stores, workers, withCode = false }: Following,
): boolean {
  if (type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:")) return true;
  if (ops.every((op) => op === "refresh" || op === "same")) return true;
  // An index that a refresh has dropped is taken over by its creation: nothing imports it.
  const takes = type === index ? "create" : "import";
  if (holdsData({ type })) return ops.every((op) => op === takes) && stores.includes(name);
  const of = name.split("/").slice(0, 2).join("/");
  if (type === migrations) return stores.includes(of);
  if (ofBuckets.test(type))
    return (
      stores.includes(of) &&
      ops.every((op) => anew.includes(op)) &&
      paths.every((path) => path === "bucketName")
    );
  if (!ofWorkers.test(type)) return false;
  return workers.includes(of) && (withCode || paths.every((path) => !codePaths.test(path)));
}

/** Of a version: other code than serves. */
const codePaths = /^(modules|assets|mainModule|compatibility)/;

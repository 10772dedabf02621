import * as pulumi from "@pulumi/pulumi";
import { declaredName, physicalName } from "../../declare/physical-name.ts";
import { type Adoptable, adoptedKey, importedOnce } from "../../declare/stores/adopted-key.ts";
import { type Context, logicalName, tookOver } from "../context.ts";
import { kinds } from "../kinds/kinds.ts";

/**
 * The options of a store that a declaration may take over: the import of the one that is there, or else a line that says it is
 * not and another is made. Pulumi looks at an import only while its state has no store, or one of another id; what was made here
 * in the place of a missing one stays, as Cloudflare gives an id only once. A bucket's name can be given again, so of buckets only those are
 * adoptable that the state does not have.
 */
export function adoption(
  declared: Adoptable,
  context: Context,
): Pick<pulumi.CustomResourceOptions, "hooks" | "import" | "retainOnDelete"> {
  const { accountId, hooks, stage, adoptable } = context;
  // What a restore put in its place is the stack's own: the one that was taken over is kept, and not taken over again.
  const isSwitched = physicalName(declared, stage) !== declaredName(declared, stage);
  const adopted = isSwitched ? undefined : declared.adopt?.[stage.name];
  // A bucket of all stages may have been made by another one before its owner came.
  const id =
    adopted ?? ("shared" in declared && declared.shared === true ? physicalName(declared, stage) : undefined);
  const halfMade = tookOver(context, kinds[declared.kind].type, logicalName(context, declared.name));
  if (id === undefined) return { hooks, ...halfMade };
  // What is taken over is somebody's: it stays when the stack goes. Of some kinds nobody asks again once the state has one.
  const kept =
    adopted !== undefined && (importedOnce.has(declared.kind) || adoptable.has(adoptedKey(declared, id)))
      ? { retainOnDelete: true }
      : {};
  if (adoptable.has(adoptedKey(declared, id)))
    return { hooks, ...kept, import: `${accountId}/${importIds[declared.kind](id, declared)}` };
  if (adopted === undefined) return { hooks, ...halfMade };
  const label = logicalName(context, declared.name);
  const says = new pulumi.ResourceHook(
    `made-instead/${label}`,
    () =>
      pulumi.log.info(
        `${label}: account ${accountId} has no ${nouns[declared.kind]} ${id}, which stage ${stage.name} adopts; a new, empty one is made`,
      ),
    // Of creations alone: whoever has the store already hears nothing.
    { onDryRun: true },
  );
  return { ...kept, hooks: { ...hooks, beforeCreate: [...(hooks.beforeCreate ?? []), says] } };
}

const nouns: Readonly<Record<Adoptable["kind"], string>> = {
  d1: "database",
  kv: "KV namespace",
  queue: "queue",
  r2: "bucket",
  aiGateway: "AI Gateway",
};

const itself = (id: string): string => id;

/** What Pulumi imports a store by, behind the account. */
const importIds: Readonly<Record<Adoptable["kind"], (id: string, declared: Adoptable) => string>> = {
  d1: itself,
  kv: itself,
  queue: itself,
  aiGateway: itself,
  r2: (name, declared) =>
    `${name}/${(declared.kind === "r2" ? declared.jurisdiction : undefined) ?? "default"}`,
};

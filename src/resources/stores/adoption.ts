import * as pulumi from "@pulumi/pulumi";
import type { D1, Kv } from "../../declare/index.ts";
import { type Context, logicalName } from "../context.ts";

/**
 * The options of a store that a declaration may take over: the import of the one that is there, or else a line that says it is
 * not and another is made. Pulumi looks at an import only while its state has no store, or one of another id; what was made here
 * in the place of a missing one stays, as Cloudflare gives an id only once.
 */
export function adoption(
  declared: D1 | Kv,
  context: Context,
): Pick<pulumi.CustomResourceOptions, "hooks" | "import"> {
  const { accountId, hooks, stage, adoptable } = context;
  const id = declared.adopt?.[stage.name];
  if (id === undefined) return { hooks };
  if (adoptable.has(id)) return { hooks, import: `${accountId}/${id}` };
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
  return { hooks: { ...hooks, beforeCreate: [...(hooks.beforeCreate ?? []), says] } };
}

const nouns: Readonly<Record<(D1 | Kv)["kind"], string>> = { d1: "database", kv: "KV namespace" };

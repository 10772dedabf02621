import { z } from "zod";
import { ApiError } from "../../http/service.ts";
import type { Worker } from "../model.ts";

export type ObjectClass = Worker["classes"][number];

/** A step of `migrations`, as wrangler and the official provider send it. */
const step = z.looseObject({
  new_classes: z.array(z.string()).optional(),
  new_sqlite_classes: z.array(z.string()).optional(),
  renamed_classes: z.array(z.object({ from: z.string(), to: z.string() })).optional(),
  deleted_classes: z.array(z.string()).optional(),
  transferred_classes: z
    .array(z.object({ from: z.string(), from_script: z.string(), to: z.string() }))
    .optional(),
});

export const migrations = step.extend({
  old_tag: z.string().optional(),
  new_tag: z.string().optional(),
  steps: z.array(step).optional(),
});
export type Migrations = z.infer<typeof migrations>;

export interface ClassPlan {
  readonly classes: readonly ObjectClass[];
  readonly deleted: readonly ObjectClass[];
  /** Namespaces that other Workers lose to this one. */
  readonly taken: readonly {
    readonly fromScript: string;
    readonly className: string;
    readonly namespaceId: string;
  }[];
}

/** What the Worker's classes will be after the migrations. Throws Cloudflare's refusals; changes nothing. */
export function planMigrations(
  worker: Worker,
  sent: Migrations,
  newId: (className: string) => string,
  classesOf: (script: string) => readonly ObjectClass[],
): ClassPlan {
  if ((sent.old_tag ?? "") !== (worker.migrationTag ?? ""))
    throw new ApiError(
      412,
      10079,
      `Actor migration tag precondition failed, got tag '${sent.old_tag ?? ""}' when expected tag is '${worker.migrationTag ?? ""}'`,
    );
  let classes: ObjectClass[] = [...worker.classes];
  const deleted: ObjectClass[] = [];
  const taken: { fromScript: string; className: string; namespaceId: string }[] = [];
  const take = (kind: string, className: string): ObjectClass => {
    const found = classes.find((known) => known.className === className);
    if (found === undefined)
      throw new ApiError(
        400,
        10061,
        `Cannot apply ${kind} migration to class '${className}' that is not currently configured to implement Durable Objects.`,
      );
    classes = classes.filter((known) => known !== found);
    return found;
  };
  const add = (kind: string, added: ObjectClass): void => {
    if (classes.some((known) => known.className === added.className))
      throw new ApiError(
        400,
        10074,
        `Cannot apply ${kind} migration to class '${added.className}' that is already depended on by existing Durable Objects`,
      );
    classes.push(added);
  };
  for (const change of sent.steps ?? [sent]) {
    for (const { from, to } of change.renamed_classes ?? [])
      add("rename-class", { ...take("rename-class", from), className: to });
    for (const { from, from_script, to } of change.transferred_classes ?? []) {
      const found = classesOf(from_script).find((known) => known.className === from);
      if (found === undefined)
        throw new ApiError(
          400,
          10061,
          `Cannot apply transfer-class migration: script '${from_script}' has no class '${from}' that implements Durable Objects.`,
        );
      add("transfer-class", { ...found, className: to });
      taken.push({ fromScript: from_script, className: from, namespaceId: found.namespaceId });
    }
    for (const className of change.deleted_classes ?? []) deleted.push(take("delete-class", className));
    for (const className of change.new_classes ?? [])
      add("new-class", { className, namespaceId: newId(className), storage: "legacy-kv" });
    for (const className of change.new_sqlite_classes ?? [])
      add("new-sqlite-class", { className, namespaceId: newId(className), storage: "sqlite" });
  }
  return { classes, deleted, taken };
}

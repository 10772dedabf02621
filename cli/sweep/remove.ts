import { z } from "zod";
import { ApiError, call } from "../../src/cloudflare/api.ts";
import type { Connection } from "../../src/cloudflare/connection.ts";
import { named } from "../../src/diagnostic/sentence.ts";
import { type Diagnostic, refuse } from "../../src/diagnostic/user-error.ts";
import { pathOf, sweepKinds } from "./inventory.ts";
import type { Judged } from "./owners.ts";

/** What is meant by names: each has to be an orphan, and one alone. Throws UserError with all that is wrong, before anything is asked. */
export function chosenOrphans(names: readonly string[], all: readonly Judged[]): readonly Judged[] {
  const found = names.map((name) => ({
    name,
    things: all.filter((each) => each.name === name || `${each.kind}/${each.name}` === name),
  }));
  refuse(found.flatMap(({ name, things }) => wrongOf(name, things)));
  const chosen = new Set(found.flatMap(({ things }) => things));
  return sweepKinds.flatMap((kind) => [...chosen].filter((each) => each.kind === kind));
}

function wrongOf(name: string, things: readonly Judged[]): readonly Diagnostic[] {
  const [thing, ...more] = things;
  if (thing === undefined)
    return [diagnostic("The account has nothing of this name", name, "nothing", "an orphan")];
  if (more.length > 0)
    return [
      diagnostic(
        "Several things have this name",
        name,
        things.map(({ kind, whose }) => `${kind}/${name}, ${whose}`).join("; "),
        "one: with its kind in front, as in d1/<name>",
      ),
    ];
  if (thing.whose !== "orphan")
    return [
      diagnostic(
        "This is no orphan, and is never deleted from here",
        `${thing.kind}/${thing.name}`,
        thing.whose === "owned"
          ? `owned by stack ${thing.stage}`
          : `${thing.whose}${thing.kept === undefined ? "" : `: ${thing.kept}`}`,
        "an orphan",
      ),
    ];
  return thing.kept === undefined
    ? []
    : [
        diagnostic(
          "This orphan is not deleted from here",
          `${thing.kind}/${thing.name}`,
          thing.kept,
          "one of a stage that is not protected",
        ),
      ];
}

const diagnostic = (what: string, where: string, got: string, expected: string): Diagnostic => ({
  what,
  where,
  got,
  expected,
  fix: [named("sweep")],
});

const consumers = z.array(
  z.looseObject({ consumer_id: z.string(), script: z.string().nullish(), script_name: z.string().nullish() }),
);

/** Takes the workers that are chosen off the queues that are chosen: neither could be deleted before the other. */
export async function unconsumed(
  chosen: readonly Judged[],
  api: Connection,
  accountId: string,
): Promise<void> {
  const workers = chosen.filter(({ kind }) => kind === "worker").map(({ name }) => name);
  for (const { id } of chosen.filter(({ kind }) => kind === "queue")) {
    const path = `/accounts/${accountId}/queues/${id}/consumers`;
    for (const each of consumers.parse((await call(api, "GET", path)) ?? []))
      if (workers.includes(each.script_name ?? each.script ?? ""))
        await call(api, "DELETE", `${path}/${each.consumer_id}`);
  }
}

/** Deletes one thing; what was gone already is as well. @returns why it is still there; undefined where it is not */
export async function removed(
  thing: Judged,
  api: Connection,
  accountId: string,
): Promise<string | undefined> {
  try {
    await call(api, "DELETE", `/accounts/${accountId}/${pathOf(thing)}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.status === 404 || error.status === 410 ? undefined : error.message;
  }
}

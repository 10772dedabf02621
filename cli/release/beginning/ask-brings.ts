import { resolve } from "node:path";
import { connection } from "../../../src/cloudflare/connection.ts";
import type { System } from "../../../src/declare/index.ts";
import { linksOf } from "../../../src/declare/links.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { planLive, planNew } from "../../../src/migrations/plan/job.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { orderOf } from "../../../src/release/order/order.ts";
import { orderLines } from "../../../src/release/order/order-lines.ts";
import { stageTarget } from "../../stack/account.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { readOutputs, type StackOutputs } from "../../stack/outputs/read-outputs.ts";
import { folderBuilds } from "../promote/folder.ts";
import { broughtLines, broughtText, orderText } from "./brings.ts";

/** What a release that begins now would bring beside new versions. */
export interface Brings {
  readonly lines: readonly string[];
  /** For whoever agrees to it. */
  readonly text: string;
}

/**
 * Asks the stage's stack and its databases what this folder would bring to them. Changes nothing. Throws UserError where the stage has no account: nobody is to
 * agree to what cannot begin.
 */
export async function askBrings(stage: Stage, systems: readonly System[], run: Run): Promise<Brings> {
  const { accountId } = stageTarget(stage, run.env, run.root);
  const outputs = await readOutputs(stage, run);
  const databases = systems.flatMap((system) =>
    system.resources.flatMap((each) =>
      each.kind === "d1" && each.migrations !== undefined
        ? [{ label: `${system.name}/${each.name}`, folder: each.migrations }]
        : [],
    ),
  );
  const pending = await Promise.all(
    databases.map(async (each) => [each.label, await pendingOf(each, outputs, accountId, run)] as const),
  );
  const built = await folderBuilds(systems, run.root);
  const lines = broughtLines({
    ...{ systems, outputs, pending: Object.fromEntries(pending) },
    parts: Object.fromEntries(Object.entries(built).map(([name, { parts }]) => [name, { ...parts }])),
  });
  const isFirst = outputs === undefined;
  const order = isFirst ? [] : orderLines(orderOf(systems, linksOf(systems, stage)));
  return { lines, text: [broughtText(lines, isFirst, stage), ...orderText(order)].join("\n") };
}

/** Names of the files that the next `up` runs. A database that cannot be asked is the `up`'s to refuse, with its reason. */
async function pendingOf(
  { label, folder }: { readonly label: string; readonly folder: string },
  outputs: StackOutputs | undefined,
  accountId: string,
  { root, env }: Run,
): Promise<readonly string[]> {
  const place = { label, folder, directory: resolve(root, folder), opened: undefined };
  const id = outputs?.stores[label]?.id;
  try {
    const plan =
      id === undefined
        ? planNew(place)
        : await planLive({
            ...place,
            connection: connection(env, root),
            accountId,
            databaseId: id,
          });
    return plan.expand.map(({ file }) => file.name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`migrations that cannot be told: ${error.diagnostic.what}`];
  }
}

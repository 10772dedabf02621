import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { connection } from "../../cloudflare/connection.ts";
import { readServing } from "../../cloudflare/deployments.ts";
import { placeOfRun } from "../../cloudflare/place-of-run.ts";
import { command, inPlace, type Sentence, sentence } from "../../diagnostic/sentence.ts";
import { refusingAt } from "../../diagnostic/user-error.ts";
import { inOrder } from "../../migrations/files/names.ts";

import {
  type Eligibility,
  eligibility,
  missingRelease,
  type Opening,
  openedTogether,
} from "../../migrations/plan/opening.ts";
import { type Context, logicalName } from "../context.ts";

/** Whose contract files may be waiting. */
export interface WaitingArgs {
  readonly name: string;
  readonly databaseId: pulumi.Output<string>;
  readonly directory: string;
  /** Physical names. */
  readonly workers: readonly string[];
}

/** Says in one line that contract files wait, and from when on they can be opened. A database that is yet to be made has none. */
export function tellWaiting(context: Context, args: WaitingArgs): void {
  args.databaseId.apply(async (databaseId) => {
    const place = placeOfRun(context.stage.name);
    const line = await refusingAt(place, () => waitingLine(context, args, databaseId));
    if (line !== undefined) await pulumi.log.info(inPlace(line, place));
  });
}

async function waitingLine(
  context: Context,
  { name, directory, workers }: WaitingArgs,
  databaseId: string,
): Promise<Sentence | undefined> {
  const { accountId, stage, real, contracts } = context;
  const label = logicalName(context, name);
  const api = connection(process.env, process.cwd());
  const job = {
    label,
    folder: directory,
    directory: resolve(directory),
    opened: undefined,
    connection: api,
    accountId,
    databaseId,
  };
  // Loaded when there is something to plan, not at every start of the program.
  const { planLive } = await import("../../migrations/plan/job.ts");
  const { waiting, contract, last } = await planLive(job);
  const next = openedTogether([...contract, ...waiting].map(({ file }) => file));
  const files = next.map(({ name }) => name);
  if (files.length === 0) return undefined;
  const serving = await readServing(api, accountId, workers);
  const missing = missingRelease(next[0], last, serving);
  const found = eligibility(serving, real ? stage.bakeSeconds : 0, Date.now(), missing);
  return waitingText({ label, stage: stage.name, files, opening: contracts[label], found });
}

/** What is to be said about contract files that did not run yet; nothing when all of them are open for the code that serves. */
export function waitingText({
  label,
  stage,
  files,
  opening,
  found,
}: {
  readonly label: string;
  readonly stage: string;
  readonly files: readonly string[];
  readonly opening: Opening | undefined;
  readonly found: Eligibility;
}): Sentence | undefined {
  if (found.kind === "eligible") {
    const open = opening !== undefined && opensFor(opening, found.versions) ? opening.through : undefined;
    const closed = files.filter((name) => open === undefined || inOrder(name, open) > 0);
    if (closed.length === 0) return undefined;
    return sentence`${label}: ${closed.join(", ")} waiting, eligible now: ${command("db contract", { stage })}`;
  }
  const from =
    found.fromMs === undefined
      ? `not eligible yet: ${found.reasons.join("; ")}`
      : `eligible from ${new Date(found.fromMs).toISOString()}`;
  return `${label}: ${files.join(", ")} waiting, ${from}`;
}

const opensFor = (opening: Opening, versions: Readonly<Record<string, string>>): boolean =>
  Object.entries(versions).every(([worker, version]) => opening.versions[worker] === version);

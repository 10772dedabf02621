import { z } from "zod";
import { readServing } from "../../src/cloudflare/deployments.ts";
import { named, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { eligibility, type Opening, openingShape } from "../../src/migrations/plan/opening.ts";
import type { Project } from "../../src/project/project.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import { stackFileOf } from "../stack/stack-file.ts";
import type { Site } from "./site.ts";

const openings = z.record(z.string(), openingShape).default({});

/** What of a database's contract the next up would run: what the stack's configuration says, while the versions that it was opened for still serve alone. */
export async function openedNow(site: Site, database: string, root: string): Promise<Opening | undefined> {
  const opening = openingsIn(stackFileOf(site.stage, site.target, root))[database];
  if (opening === undefined) return undefined;
  const workers = Object.keys(opening.versions);
  const now = eligibility(await readServing(site.connection, site.accountId, workers), 0, Date.now());
  const same =
    now.kind === "eligible" && workers.every((worker) => now.versions[worker] === opening.versions[worker]);
  return same ? opening : undefined;
}

/** The last file that was opened of a database, of each stage and target that has opened any. Asks the stack files alone. */
export const openedAnywhere = ({ stages }: Project, database: string, root: string): readonly string[] =>
  stages.flatMap((stage) =>
    (["embedded", "cloudflare"] as const).flatMap(
      (target) => openingsIn(stackFileOf(stage, target, root))[database]?.through ?? [],
    ),
  );

function openingsIn(file: string): Readonly<Record<string, Opening>> {
  const set = openings.safeParse(configValues(file)["lockstep:contracts"]);
  if (!set.success)
    throw new UserError({
      what: "A setting with a value that cannot be used",
      where: `lockstep:contracts of ${file}`,
      got: z.prettifyError(set.error).replaceAll("\n", " "),
      expected: sentence`what \`${named("db contract")}\` writes`,
      fix: "take it out, then open the contract again",
    });
  return set.data;
}

import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { inOrder } from "../files/names.ts";
import type { MigrationFile } from "../files/reading.ts";

/** Pending files by when they run. */
export interface Phases {
  readonly expand: readonly MigrationFile[];
  readonly contract: readonly MigrationFile[];
  readonly waiting: readonly MigrationFile[];
  readonly refusals: readonly Diagnostic[];
}

/** Pending files must read expand* contract*: an expand file behind a contract file belongs to a later release. */
export function phases(pending: readonly MigrationFile[], openThrough: string | undefined): Phases {
  const first = pending.findIndex((file) => file.phase === "contract");
  if (first < 0) return { expand: pending, contract: [], waiting: [], refusals: [] };
  const expand = pending.slice(0, first);
  const rest = pending.slice(first);
  const late = rest.find((file) => file.phase === "expand");
  const refusals: Diagnostic[] = [];
  if (late !== undefined) {
    const contracts = rest.slice(0, rest.indexOf(late)).map((file) => file.name);
    refusals.push({
      what: `${late.name} expands what ${contracts.join(", ")} has not contracted yet`,
      where: late.path,
      got: `pending: ${pending.map((file) => `${file.name} (${file.phase})`).join(", ")}`,
      expected: "expand files, then contract files",
      fix: sentence`deploy the release that ends with ${contracts.at(-1) ?? ""} first, open it with: ${command("db contract")}, and let an up run it; then this one`,
    });
  }
  const open = rest.findIndex((file) => openThrough === undefined || inOrder(file.name, openThrough) > 0);
  const until = open < 0 ? rest.length : open;
  return { expand, contract: rest.slice(0, until), waiting: rest.slice(until), refusals };
}

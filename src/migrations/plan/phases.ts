import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { inOrder } from "../files/names.ts";
import type { MigrationFile } from "../files/reading.ts";
import type { Opened } from "./opening.ts";

/** Pending files by when they run. */
export interface Phases {
  readonly expand: readonly MigrationFile[];
  readonly contract: readonly MigrationFile[];
  readonly waiting: readonly MigrationFile[];
  readonly refusals: readonly Diagnostic[];
}

/** Pending files must read expand* contract*: an expand file behind a contract file belongs to a later release. */
export function phases(pending: readonly MigrationFile[], opened: Opened | undefined): Phases {
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
  const closed = rest.findIndex((file) => opened === undefined || inOrder(file.name, opened.through) > 0);
  const until = closed < 0 ? rest.length : closed;
  refusals.push(...rest.slice(0, until).flatMap((file) => editedSince(file, opened)));
  return { expand, contract: rest.slice(0, until), waiting: rest.slice(until), refusals };
}

/** What somebody looked at and opened is a content, and no name. */
function editedSince(
  { name, path, checksum }: MigrationFile,
  opened: Opened | undefined,
): readonly Diagnostic[] {
  if (opened?.files === undefined || opened.files[name] === checksum) return [];
  const was = opened.files[name];
  return [
    {
      what:
        was === undefined
          ? `${name} came after the contract was opened: it is not open`
          : `${name} was edited after its contract was opened: it is not open any more`,
      where: path,
      got: checksum,
      expected: was ?? `the files that were opened: ${Object.keys(opened.files).join(", ")}`,
      fix: sentence`look at it again and open it as it is: ${command("db contract")}; or give it back what it was`,
    },
  ];
}

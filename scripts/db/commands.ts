import type { Command } from "./command.ts";
import { lint } from "./lint.ts";
import { newFile } from "./new.ts";
import { query, shell } from "./query.ts";
import { rehearse } from "./rehearse.ts";
import { plan, status } from "./status.ts";

/** Every `db` command, in the order in which help shows them. */
export const commands: readonly Command[] = [newFile, lint, status, plan, rehearse, query, shell];

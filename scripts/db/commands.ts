import type { Command } from "./command.ts";
import { lint } from "./lint.ts";
import { newFile } from "./new.ts";

/** Every `db` command, in the order in which help shows them. */
export const commands: readonly Command[] = [newFile, lint];

import type { ParseArgsOptionsConfig } from "node:util";
import type { Sentence } from "../../src/diagnostic/sentence.ts";
import type { Project } from "../../src/project/project.ts";

/** What a command is given: its words, its options, and where it works. */
export interface Given {
  readonly words: readonly string[];
  readonly flag: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly project: Project;
  /** The project's root; migration folders are relative to it. */
  readonly root: string;
  /** Where the command was typed: paths in its words start there. */
  readonly folder: string;
  /** For people; nothing under `--json`. */
  readonly say: (text: string) => void;
}

/** What a command found: a value for `--json` (undefined: it has said everything itself), a text for people, and whether it counts as success. */
export interface Found {
  readonly value: unknown;
  readonly text: Sentence;
  readonly ok: boolean;
}

/** One `db` command. */
export interface Command {
  readonly name: string;
  /** `new <database> <name>`, after `npm run -s db --`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: ParseArgsOptionsConfig;
  readonly run: (given: Given) => Promise<Found> | Found;
}

export const done = (value: unknown, text: Sentence): Found => ({ value, text, ok: true });

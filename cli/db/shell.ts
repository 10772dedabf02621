import { createInterface } from "node:readline/promises";
import { inPlace } from "../../src/diagnostic/sentence.ts";
import { placed, UserError } from "../../src/diagnostic/user-error.ts";
import type { Job } from "../../src/migrations/plan/job.ts";
import { literal } from "../../src/migrations/sql/literals.ts";
import { split } from "../../src/migrations/sql/split.ts";
import { type Command, done, type Found, type Given } from "./command.ts";
import { onlyOne } from "./databases.ts";
import { placeOf, placeOptions, placeSaid } from "./place.ts";
import { ask } from "./query.ts";
import { jobOf, siteOf } from "./site.ts";

const help = `A statement ends with a semicolon, and may go over several lines. Only statements that read are sent.
.tables           tables and views
.schema [<name>]  how they were made, with their indexes and triggers
.help             this
.exit             ends`;

const exits = [".exit", "exit", ".quit"];

/** `shell`: statements one after the other, at a terminal or from a pipe. */
export const shell: Command = {
  name: "shell",
  usage: "shell [<stage>] <database>",
  summary: "ask a live database, statement by statement (.help); with --json a line of JSON for each",
  options: placeOptions,
  async run(given) {
    const place = placeOf(given, 1);
    const database = onlyOne(given.project, place.words[0]);
    const job = await jobOf(await siteOf(place, given), database, given.root);
    const interactive = process.stdin.isTTY === true;
    const lines = createInterface({
      input: process.stdin,
      output: process.stderr,
      prompt: "",
      terminal: interactive,
    });
    let open = true;
    lines.once("close", () => {
      open = false;
    });
    let typed = "";
    const ready = (): void => {
      if (!open) return;
      lines.setPrompt(interactive ? (typed === "" ? `${job.label}> ` : "   ...> ") : "");
      lines.prompt();
    };
    const say = async (text: string): Promise<void> => {
      process.stdout.write(`${await answer(job, text, given)}\n`);
    };
    ready();
    for await (const line of lines) {
      const first = typed === "";
      if (first && exits.includes(line.trim())) break;
      if (first && line.trim().startsWith(".")) await say(line.trim());
      else {
        typed = first ? line.trimStart() : `${typed}\n${line}`;
        if (isWhole(typed)) {
          const whole = typed;
          typed = "";
          await say(whole);
        }
      }
      ready();
    }
    // A pipe may leave the last semicolon out.
    if (typed.trim() !== "") await say(typed);
    lines.close();
    if (interactive) process.stderr.write("\n");
    return done(undefined, "");
  },
};

/** Whether the text ends where a statement does, so that another one could follow: a semicolon in a string or a comment is no end. */
function isWhole(text: string): boolean {
  const { pieces } = split(text);
  return pieces.length > 0 && split(`${text}\nSELECT 1`).pieces.length > pieces.length;
}

async function answer(job: Job, text: string, given: Given): Promise<string> {
  const json = given.flag("json");
  const place = placeSaid(given);
  try {
    const { value, text: found } = await (text.startsWith(".") ? dotted(job, text) : ask(job, text));
    return json ? JSON.stringify(value) : inPlace(found, place);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { diagnostic, others, message } = placed(error, place);
    return json ? JSON.stringify({ errors: [diagnostic, ...others] }) : message;
  }
}

const objects = "sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";

async function dotted(job: Job, text: string): Promise<Found> {
  const [word = "", name] = text.split(/\s+/);
  switch (word) {
    case ".help":
      return done({ help }, help);
    case ".tables":
      return ask(job, `SELECT name, type FROM ${objects} AND type IN ('table', 'view') ORDER BY name`);
    case ".schema": {
      const of = name === undefined ? "" : ` AND lower(tbl_name) = lower(${literal(name)})`;
      const { value, text: asTable } = await ask(
        job,
        `SELECT sql || ';' AS made FROM ${objects}${of} ORDER BY tbl_name, type = 'table' DESC, type, name`,
      );
      return { value, text: typeof asTable === "string" ? withoutHeading(asTable) : asTable, ok: true };
    }
    default:
      throw new UserError({
        what: "There is no such word",
        where: "db shell",
        got: word,
        expected: ".tables, .schema, .help or .exit",
        fix: "type .help",
      });
  }
}

/** Text that was written over several lines is shown so. */
const withoutHeading = (table: string): string => table.replace(/^made *\n/, "").replaceAll("⏎", "\n");

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { SystemStatements } from "../../statements/kept.ts";
import type { WorkerStatement } from "../../statements/of-worker.ts";
import type { Form } from "../../statements/statement.ts";
import { readFolder } from "../files/reading.ts";
import { replayed } from "../plan/replayed.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import type { SchemaPoint } from "./corpus.ts";
import { broken } from "./judged.ts";
import { neverMade, takenAway } from "./missing-object.ts";
import { type Prepared, prepared } from "./prepared.ts";

/** What came of holding code against the schema that it will meet. */
export interface HeldCode {
  readonly refusals: readonly Diagnostic[];
  /** How much was held, and what could not be: one sentence. @default - no worker gives the database anything */
  readonly said: string | undefined;
}

/** The database that is looked at, and the schema that the code of this run will find in it. */
export interface Meeting {
  /** `dome/silo`. */
  readonly label: string;
  /** Today's schema, and what each pending file makes of it: the code will find the last. */
  readonly points: readonly SchemaPoint[];
  /** The project's root. */
  readonly root: string;
}

/**
 * Prepares what the code about to be deployed gives to a database against the schema that will be there. Only what surely fails
 * is refused: a table or column that is missing from every database that the statement may go to.
 */
export function holdCode({ label, points, root }: Meeting, written: SystemStatements): HeldCode {
  const [system = "", name = ""] = label.split("/");
  const schema = points.at(-1)?.schema ?? [];
  const all = written.workers.flatMap(({ statements }) => statements);
  const concerning = all.filter(({ databases }) => databases.includes(name));
  const formsFor = (database: string): readonly Form[] =>
    all.flatMap(({ databases, forms }) => (databases.includes(database) ? forms : []));
  const own = prepared(schema, formsFor(name));
  const others = new Map<string, Prepared | undefined>();
  const other = (database: string): Prepared | undefined => {
    if (!others.has(database)) {
      const made = schemaOfFolder(written.folders[database], root);
      others.set(database, made === undefined ? undefined : prepared(made, formsFor(database)));
    }
    return others.get(database);
  };
  try {
    const problems = concerning.flatMap((statement) => {
      const found = broken(statement.forms, own.verdict);
      if (found === undefined || isWaived(found.form, root)) return [];
      const elsewhere = statement.databases.filter((each) => each !== name);
      const fitsElsewhere = elsewhere.some((each) => {
        const schemaThere = other(each);
        return schemaThere === undefined || broken(statement.forms, schemaThere.verdict) === undefined;
      });
      if (fitsElsewhere) return [];
      const takenBy = lastThatBroke(statement.forms, points, formsFor(name));
      return [
        takenBy === undefined
          ? neverMade(statement, found, { system, name, schema })
          : takenAway(statement, found, takenBy),
      ];
    });
    return { refusals: problems, said: told(concerning, written, own) };
  } finally {
    own.close();
    for (const opened of others.values()) opened?.close();
  }
}

/** What a folder makes of an empty database; undefined where there is none, or where it cannot be told here: then anything may be there. */
const schemaOfFolder = (folder: string | undefined, root: string): readonly SchemaObject[] | undefined =>
  folder === undefined ? undefined : replayed(readFolder(join(root, folder)));

/** `// d1:allow CS1 "why"` above the statement or in it, where something else makes what it needs. */
function isWaived({ sql, file, line }: Form, root: string): boolean {
  if (waiver.test(sql)) return true;
  const path = join(root, file);
  if (!existsSync(path)) return false;
  const lines = readFileSync(path, "utf8").split("\n");
  // A statement may begin in the line below the call that is commented on.
  return lines.slice(Math.max(0, line - 3), line).some((text) => waiver.test(text));
}

const waiver = /\bd1:allow CS1 "[^"]+"/;

/** The pending file after which a statement does not work any more; undefined where it never did. */
function lastThatBroke(
  forms: readonly Form[],
  points: readonly SchemaPoint[],
  made: readonly Form[],
): string | undefined {
  const works = points.map(({ schema }) => {
    const point = prepared(schema, made);
    try {
      return broken(forms, point.verdict) === undefined;
    } finally {
      point.close();
    }
  });
  return points[works.lastIndexOf(true) + 1]?.by;
}

/** How much of the code was held, and what of it could not be: what rests on it has to know. */
function told(
  concerning: readonly WorkerStatement[],
  { workers }: SystemStatements,
  own: Prepared,
): string | undefined {
  const unread = concerning.filter(({ forms }) => forms.every((form) => own.verdict(form).kind === "unread"));
  const elsewhere = workers.reduce((sum, worker) => sum + worker.elsewhere, 0);
  const failed = workers.flatMap(({ worker, unread: why }) =>
    why === undefined ? [] : [`${worker} could not be read (${why})`],
  );
  if (concerning.length === 0 && failed.length === 0) return undefined;
  const held = concerning.length - unread.length;
  // A helper through which several databases are reached is one place.
  const places = [...new Set(unread.map(placeOf))];
  return [
    `${held} ${held === 1 ? "statement" : "statements"} of the code held against the schema`,
    ...(places.length > 0 ? [`${places.length} could not be read: ${places.join(", ")}`] : []),
    ...(elsewhere > 0 ? [`${elsewhere} may go to another kind of database`] : []),
    ...failed,
  ].join("; ");
}

function placeOf({ forms }: WorkerStatement): string {
  const [first] = forms;
  if (first === undefined) return "";
  const pieces = first.unresolved.length === 0 ? "" : ` (${first.unresolved.join(", ")})`;
  return `${first.file}:${first.line}${pieces}`;
}

import { z } from "zod";
import { isEdgeKind, isNodeKind } from "../../src/diagram/mermaid.ts";

const texts = z.array(z.string());
const count = z.number().int().nonnegative();

/** One resource that the plan changes. Names and paths alone: no value of anything is in a report, so no secret is. */
const change = z.strictObject({
  type: z.string(),
  name: z.string(),
  /** The engine's: `create`, `update`, `replace`, `delete-replaced`, … */
  ops: texts,
  /** What differs, by the names of its settings. */
  settings: texts,
});
export type Change = Readonly<z.infer<typeof change>>;

const statement = z.strictObject({
  file: z.string(),
  phase: z.enum(["expand", "contract", "waiting"]),
  line: count,
  /** `ADD COLUMN users.email` */
  summary: z.string(),
  sql: z.string(),
  /** Rows that it may lose or change, where the database could be asked. */
  rows: count.optional(),
});
export type Statement = Readonly<z.infer<typeof statement>>;

/** What a rule found in a migration or a stack, or why something is refused. */
const finding = z.strictObject({
  severity: z.enum(["error", "warning", "info"]),
  /** Of a rule that has one: `DL1`, `no-workers-dev`. */
  rule: z.string().optional(),
  what: z.string(),
  where: z.string(),
  fix: z.string(),
  /** The reason in the file, where it sets the finding aside. */
  waived: z.string().optional(),
});
export type Finding = Readonly<z.infer<typeof finding>>;

const database = z.strictObject({
  name: z.string(),
  exists: z.boolean(),
  applied: count,
  statements: z.array(statement),
  findings: z.array(finding),
  refusals: z.array(finding),
  drift: count,
  /** Statements of the code that read more rows from then on, a line each. */
  costs: texts,
});
export type Database = Readonly<z.infer<typeof database>>;

/** What of a stage's blast radius is told. Names, counts and days: no value of anything. */
const stakes = z.strictObject({
  /** What is there and goes, or is exchanged for another. */
  gone: z.array(
    z.strictObject({ resource: z.string(), type: z.string(), becomes: z.enum(["deleted", "replaced"]) }),
  ),
  /** What holds data and is touched. */
  stores: z.array(
    z.strictObject({
      store: z.string(),
      becomes: z.enum(["deleted", "replaced", "migrated", "changed"]),
      /** `12,345 rows` */
      holds: z.string(),
      /** Why it could not be counted. */
      why: z.string().optional(),
      /** `shop/api reads and writes` */
      usedBy: texts,
      /** The day of the last proven restore, `never`, or a dash where nothing of the kind can be. */
      proven: z.string(),
    }),
  ),
  /** How the stage stands with its backups. */
  backups: z.string(),
});
export type Stakes = Readonly<z.infer<typeof stakes>>;

const stage = z.strictObject({
  name: z.string(),
  protected: z.boolean(),
  /** Whether anything of it is up where this was looked at. */
  isUp: z.boolean(),
  changes: z.array(change),
  /** What the program said in the preview. */
  messages: texts,
  databases: z.array(database),
  /** Where anything that is up is to change. */
  stakes: stakes.optional(),
  policy: z.array(finding),
  /** Why a part could not be found out, in the words of its verb. */
  failures: z.array(z.strictObject({ verb: z.string(), said: z.string() })),
});
export type StageReport = Readonly<z.infer<typeof stage>>;

/** Stands in Mermaid as it is. */
const id = z.string().regex(/^\w+$/);
const node = z.strictObject({ id, kind: z.string().refine(isNodeKind), name: z.string() });
const edge = z.strictObject({ from: id, to: id, kind: z.string().refine(isEdgeKind), label: z.string() });
const graph = z.strictObject({ system: z.string(), nodes: z.array(node), edges: z.array(edge) });

/** Another open branch that meets this one in a database. */
const rival = z.strictObject({
  branch: z.string(),
  database: z.string(),
  /** Files of both that have one number, `0004_a.sql and 0004_b.sql`. */
  numbers: texts,
  tables: texts,
});
export type Rival = Readonly<z.infer<typeof rival>>;

/** Everything that a report is made from. */
export const reportInput = z.strictObject({
  version: z.literal(1),
  /** Its number, where a job of GitHub made this for one. */
  pullRequest: z.number().int().positive().optional(),
  branch: z.string().optional(),
  /** The commit that was looked at. */
  commit: z.string().optional(),
  target: z.enum(["embedded", "cloudflare"]),
  caller: z.enum(["just", "npx"]),
  stages: z.array(stage),
  /** What `validate` found. */
  findings: z.array(finding),
  failures: z.array(z.strictObject({ verb: z.string(), said: z.string() })),
  graphs: z.array(graph),
  rivals: z.array(rival),
  /** What was asked, and how long it took. */
  timing: z.array(
    z.strictObject({ verb: z.string(), stage: z.string().optional(), seconds: z.number().nonnegative() }),
  ),
});
export type ReportInput = Readonly<z.infer<typeof reportInput>>;

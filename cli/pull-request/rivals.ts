import { basename, dirname } from "node:path";
import { gitLine, gitText } from "../../src/files/git.ts";
import { numberOf } from "../../src/migrations/files/names.ts";
import { type Action, parse } from "../../src/migrations/sql/action.ts";
import { changedTable, isOnTable } from "../../src/migrations/sql/changed-table.ts";
import { split } from "../../src/migrations/sql/split.ts";
import { fold } from "../../src/migrations/sql/structure.ts";
import type { Project } from "../../src/project/project.ts";
import type { ReportInput } from "./input.ts";

type Rival = ReportInput["rivals"][number];

/** A branch is open that has had a commit in so many days: one that is older is nobody's work. */
const openDays = 90;

/** The branch and commit of this working tree; in a job of GitHub the branch and number of the pull request, which git does not know there. */
export function branchOf(
  root: string,
  env: NodeJS.ProcessEnv = process.env,
): Pick<ReportInput, "branch" | "commit" | "pullRequest"> {
  const branch = env["GITHUB_HEAD_REF"] || gitLine(["symbolic-ref", "--short", "-q", "HEAD"], root);
  const commit = gitLine(["rev-parse", "HEAD"], root);
  const number = /^refs\/pull\/([1-9]\d{0,9})\//.exec(env["GITHUB_REF"] ?? "")?.[1];
  return {
    ...(number !== undefined && { pullRequest: Number(number) }),
    ...(branch !== undefined && { branch }),
    ...(commit !== undefined && { commit }),
  };
}

/** A migration that a branch has and its base has not. */
interface Added {
  readonly folder: string;
  readonly name: string;
  readonly number: number | undefined;
  readonly tables: ReadonlySet<string>;
}

/**
 * Other open branches, as far as this clone has fetched them, whose new migrations have a number of this one's or touch a table that this one's
 * touch. Nobody but git is asked.
 */
export async function rivalsOf(project: Project, root: string, now = new Date()): Promise<Rival[]> {
  const labels = new Map(
    project.systems.flatMap(({ name, resources }) =>
      resources.flatMap((each) =>
        each.kind === "d1" && each.migrations !== undefined
          ? [[each.migrations, `${name}/${each.name}`] as const]
          : [],
      ),
    ),
  );
  const base = await baseOf(root);
  if (labels.size === 0 || base === undefined) return [];
  const own = await addedBy("HEAD", base, [...labels.keys()], root);
  if (own.length === 0) return [];
  const rivals: Rival[] = [];
  for (const { ref, branch } of await others(base, root, now)) {
    const theirs = await addedBy(ref, base, [...labels.keys()], root);
    for (const [folder, database] of labels) {
      const met = meeting(
        own.filter((each) => each.folder === folder),
        theirs.filter((each) => each.folder === folder),
      );
      if (met !== undefined) rivals.push({ branch, database, ...met });
    }
  }
  return rivals;
}

/** What both change, unless they have the same files: then one is a part of the other. */
function meeting(
  own: readonly Added[],
  theirs: readonly Added[],
): Pick<Rival, "numbers" | "tables"> | undefined {
  const ours = own.filter(({ name }) => !theirs.some((other) => other.name === name));
  const others = theirs.filter(({ name }) => !own.some((other) => other.name === name));
  const numbers = ours.flatMap(({ name, number }) =>
    others
      .filter((other) => number !== undefined && other.number === number)
      .map((other) => `${name} and ${other.name}`),
  );
  const touched = new Set(others.flatMap(({ tables }) => [...tables]));
  const tables = [
    ...new Set(ours.flatMap((each) => [...each.tables].filter((table) => touched.has(table)))),
  ].toSorted();
  return numbers.length === 0 && tables.length === 0 ? undefined : { numbers, tables };
}

/** Where branches begin: what the remote's default branch has; in a job of a pull request, the one that it goes into. */
async function baseOf(root: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const into = env["GITHUB_BASE_REF"];
  const wanted = [
    ...(into ? [`refs/remotes/origin/${into}`] : []),
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
  ];
  for (const ref of wanted) {
    const found = (await gitText(["rev-parse", "--symbolic-full-name", "-q", "--verify", ref], root))?.trim();
    if (found) return found;
  }
  return undefined;
}

/** Branches of remotes that are not part of this one and that this one is not part of, newest first. */
async function others(
  base: string,
  root: string,
  now: Date,
): Promise<readonly { ref: string; branch: string }[]> {
  const listed = await gitText(
    [
      "for-each-ref",
      "--sort=-committerdate",
      "--format=%(refname)%09%(committerdate:unix)",
      `--no-merged=${base}`,
      "refs/remotes",
    ],
    root,
  );
  const head = await gitText(["rev-parse", "HEAD"], root);
  const since = now.getTime() / 1_000 - openDays * 86_400;
  const found = (listed ?? "").split("\n").flatMap((line) => {
    const [ref = "", seconds = ""] = line.split("\t");
    return ref === "" || ref.endsWith("/HEAD") || ref === base || Number(seconds) < since
      ? []
      : [{ ref, branch: ref.replace("refs/remotes/", "") }];
  });
  const apart = await Promise.all(
    found.map(async (each) => {
      const common = await gitText(["merge-base", "HEAD", each.ref], root);
      const tip = await gitText(["rev-parse", each.ref], root);
      return common === undefined || (common !== head && common !== tip);
    }),
  );
  return found.filter((_, at) => apart[at]);
}

/** The migrations that a branch has added since it left the base. A folder in which each migration has one of its own counts by that one's name. */
async function addedBy(
  ref: string,
  base: string,
  folders: readonly string[],
  root: string,
): Promise<readonly Added[]> {
  const listed = await gitText(
    ["diff", "-z", "--name-only", "--diff-filter=A", "--no-renames", `${base}...${ref}`, "--", ...folders],
    root,
  );
  const paths = (listed ?? "").split("\0").filter((path) => path.endsWith(".sql"));
  return Promise.all(
    paths.map(async (path) => {
      const folder = folders.find((each) => path.startsWith(`${each}/`)) ?? dirname(path);
      const inside = path.slice(folder.length + 1);
      const name = inside.endsWith("/migration.sql") ? dirname(inside) : basename(inside);
      const sql = (await gitText(["show", `${ref}:${path}`], root)) ?? "";
      return { folder, name: inside, number: numberOf(name), tables: tablesIn(sql) };
    }),
  );
}

/** The tables and views that statements change; an index or a trigger by the table that it is on. */
const tablesIn = (sql: string): ReadonlySet<string> =>
  new Set(
    split(sql)
      .pieces.flatMap(({ sql: text }) => tableOf(parse(text).action, text) ?? [])
      .map(fold),
  );

const tableOf = (action: Action, sql: string): string | undefined =>
  isOnTable(action) ? /\bON\s+["'`[]?(\w+)/i.exec(sql)?.[1] : changedTable(action);

// `just bench`: what things cost, in pairs, medians and spread. A benchmark, never a test. The dev stack has to be up (`npm start`).
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../src/diagnostic/user-error.ts";
import { projectEnvironment } from "../toolchain/environment.ts";
import { packageRoot } from "../toolchain/package-root.ts";
import { table } from "../toolchain/table.ts";
import { type Backed, backed } from "./bench/backup/measure.ts";
import { benchmarkGenerated, type Generated } from "./bench/generated.ts";
import { benchmarkHolding } from "./bench/holding.ts";
import { proportionalMegabytes } from "./bench/memory.ts";
import { benchmarkMigrating, type Migrating } from "./bench/migrating.ts";
import { type Command, type Paired, pairs, type Spread } from "./bench/pairs.ts";
import { benchmarkPlanning, type Planned } from "./bench/planning.ts";

const { values } = optionsOf(process.argv.slice(2));
const rounds = Number(values.rounds);
const told = (text: string): void => void (values.json !== true && process.stderr.write(`${text}\n`));
if (!Number.isInteger(rounds) || rounds < 1) complain(`--rounds ${values.rounds}`);

if (values.backup !== undefined) {
  backupAlone(values.backup);
  process.exit();
}
if (values.generated !== undefined) {
  await generatedAlone(values.generated);
  process.exit();
}

const { env, connection, places } = await projectEnvironment(process.env, packageRoot);

const wrangler: Command = { name: "wrangler --version", file: "wrangler", args: ["--version"] };
const up = (name: string, ...options: string[]): Command => ({
  name,
  file: "pulumi",
  args: ["up", "--stack", "dev", "--yes", ...options],
});

const paired: Paired[] = [];
for (const command of [
  up("pulumi up --yes --skip-preview, unchanged", "--skip-preview"),
  up("pulumi up --yes, unchanged"),
]) {
  told(`${command.name} against ${wrangler.name}, ${rounds} rounds`);
  paired.push(await pairs(command, wrangler, rounds, env, places.root, () => {}));
}
told("planning migrations");
const planned: readonly Planned[] = [...benchmarkPlanning(rounds), ...(await benchmarkHolding(rounds))];
const migrating: readonly Migrating[] = await benchmarkMigrating(rounds, told);
const megabytes = Math.round(proportionalMegabytes(connection.pid));

const seconds = ({ minimum, median, maximum }: Spread): string[] =>
  [median, minimum, maximum].map((value) => value.toFixed(2));
if (values.json === true)
  process.stdout.write(`${JSON.stringify({ paired, planned, migrating, embeddedMegabytes: megabytes })}\n`);
else {
  const rows = paired.flatMap((pair) => [
    [pair.a, ...seconds(pair.aSeconds), "s"],
    [pair.b, ...seconds(pair.bSeconds), "s"],
    ["  the first over the second", ...seconds(pair.ratio), "×"],
  ]);
  const plans = [...planned, ...migrating].map(({ name, milliseconds }) => [
    name,
    ...[milliseconds.median, milliseconds.minimum, milliseconds.maximum].map((value) => value.toFixed(0)),
    "ms",
  ]);
  process.stdout.write(
    `${table(["", "median", "min", "max", ""], [...rows, ...plans, ["embedded Cloudflare, proportional memory", String(megabytes), "", "", "MB"]])}\n`,
  );
}

/** The curve over sizes, alone: it needs no stack that is up, and takes minutes. */
async function generatedAlone(text: string): Promise<void> {
  const sizes = text.split(",").map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size > 0)) complain(`--generated ${text}`);
  const generated: readonly Generated[] = await benchmarkGenerated(sizes, rounds, told);
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify({ generated })}\n`);
    return;
  }
  const rows = generated.map((each) => [
    String(each.workers),
    String(each.resources),
    each.firstUpSeconds.toFixed(1),
    each.unchangedSeconds.median.toFixed(2),
    each.unchangedRatio.median.toFixed(1),
    each.withoutPoliciesSeconds.median.toFixed(2),
    each.oneChangedSeconds.toFixed(1),
    String(each.embeddedMegabytes),
  ]);
  const head = ["workers", "resources", "first s", "same s", "× wr.", "no pack s", "one s", "MB"];
  process.stdout.write(`${table(head, rows)}\n`);
}

/** One backup and its restore, beside SQLite's own tool. */
function backupAlone(text: string): void {
  const megabytes = Number(text);
  if (!Number.isInteger(megabytes) || megabytes < 1) complain(`--backup ${text}`);
  const run = join(import.meta.dirname, "bench", "backup", "run.ts");
  const found = execFileSync(process.execPath, [run, text], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const measured = backed.parse(JSON.parse(found));
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify({ backed: measured })}\n`);
    return;
  }
  const line = (name: string, own: number, sqlite: number, memory: number): string[] => [
    name,
    own.toFixed(1),
    sqlite.toFixed(1),
    (own / sqlite).toFixed(1),
    String(memory),
  ];
  const { backupSeconds, dumpSeconds, restoreSeconds, loadSeconds } = measured;
  const processor = (name: string, spent: Backed["backupSpent"], sqlite: number): string[][] =>
    spent === undefined
      ? []
      : [[name, ...[spent.command, spent.api, spent.workerd, sqlite].map((seconds) => seconds.toFixed(1))]];
  process.stdout.write(
    `${table(
      [`${megabytes} MB`, "s", "sqlite3 s", "×", "MB"],
      [
        line("backup", backupSeconds, dumpSeconds, measured.backupMegabytes),
        line("restore and compare", restoreSeconds, loadSeconds, measured.restoreMegabytes),
      ],
    )}\n\n${table(
      ["processor s", "command", "API", "workerd", "sqlite3"],
      [
        ...processor("backup", measured.backupSpent, measured.dumpSpent),
        ...processor("restore and compare", measured.restoreSpent, measured.loadSpent),
      ],
    )}\n`,
  );
}

function optionsOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        json: { type: "boolean" },
        generated: { type: "string" },
        backup: { type: "string" },
        rounds: { type: "string", default: "5" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return complain(error.message);
  }
}

function complain(got: string): never {
  const { message } = new UserError({
    what: "The command line is wrong",
    where: "just bench",
    got,
    expected:
      "--json, --rounds with a whole number from 1, --generated with numbers of workers, and --backup with megabytes",
    fix: "just bench --rounds 5, or just bench --generated 10,50,100, or just bench --backup 100",
  });
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

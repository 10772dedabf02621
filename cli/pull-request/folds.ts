import type { CommandPlace } from "../../src/diagnostic/place.ts";
import { command, inPlace } from "../../src/diagnostic/sentence.ts";
import type { Fold } from "./fit.ts";
import type { Change, Finding, ReportInput, StageReport, Statement } from "./input.ts";
import { clipped, code, fenced, plain, visible } from "./markdown.ts";
import { isChanged } from "./stage-row.ts";
import { stakeLines } from "./stakes.ts";
import { topology } from "./topology.ts";
import { isGone, isReplaced, labelOf } from "./verdict.ts";

/** Everything below the table, in the order in which it is read; what has nothing to say is not there. */
export function foldsOf(input: ReportInput): readonly Fold[] {
  const stages = input.stages.filter(isChanged);
  return [
    failures(input),
    plan(stages),
    { title: "What is at stake", lines: stakeLines(stages) },
    migrations(stages),
    costs(stages),
    findings(input, stages),
    picture(input),
    messages(stages),
    timing(input),
    next(input, stages),
  ].flatMap((fold) => (fold === undefined || fold.lines.length === 0 ? [] : [fold]));
}

/** In which stages something is so, for each thing that is the same in several. */
function together<One>(
  stages: readonly StageReport[],
  of: (stage: StageReport) => readonly One[],
  key: (one: One) => unknown = (one) => one,
): readonly { readonly one: One; readonly all: readonly One[]; readonly stages: readonly string[] }[] {
  const pairs = stages.flatMap((stage) => of(stage).map((one) => ({ one, stage: stage.name })));
  return [...Map.groupBy(pairs, ({ one }) => JSON.stringify(key(one))).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [
          {
            one: first.one,
            all: same.map(({ one }) => one),
            stages: [...new Set(same.map(({ stage }) => stage))],
          },
        ];
  });
}

function failures({ failures: common, stages }: ReportInput): Fold {
  const all = [
    ...common.map(({ verb, said }) => ({ of: verb, said })),
    ...stages.flatMap(({ name, failures: own }) =>
      own.map(({ verb, said }) => ({ of: `${verb} ${name}`, said })),
    ),
  ];
  return blocked(
    `What failed (${all.length})`,
    "text",
    all.flatMap(({ of, said }) => [`── ${of}`, ...said.trimEnd().split("\n"), ""]),
  );
}

/** Lines of a block of code, which lose some of their own at the front and never a fence. */
function blocked(title: string, language: string, lines: readonly string[], whole = false): Fold {
  const [before = "", ...rest] = fenced(language, lines);
  return {
    title,
    lines: lines.length === 0 ? [] : rest.slice(0, -1),
    whole,
    around: { before, after: rest.at(-1) ?? "" },
  };
}

const word = ({ ops }: Change): string =>
  isGone(ops) ? "delete" : isReplaced(ops) ? "replace" : (ops[0] ?? "change");

function plan(stages: readonly StageReport[]): Fold {
  const all = together(stages, ({ changes }) => changes);
  return {
    title: `Plan (${all.length} ${all.length === 1 ? "resource" : "resources"})`,
    lines: [
      ...all.map(({ one, stages: where }) => {
        const settings = one.settings.length === 0 ? "" : `: ${one.settings.map(code).join(", ")}`;
        const loss = isGone(one.ops) || isReplaced(one.ops);
        const mark = loss ? `**${plain(word(one))}**` : plain(word(one));
        return `- ${mark} ${code(one.name)} ${plain(labelOf(one.type))}${settings} · ${where.map(plain).join(", ")}`;
      }),
    ],
  };
}

function messages(stages: readonly StageReport[]): Fold {
  const said = together(stages, (stage) => stage.messages);
  return blocked(
    `What the program says (${said.length})`,
    "text",
    said.flatMap(({ one, stages: where }) => [`── ${where.join(", ")}`, ...one.split("\n"), ""]),
  );
}

const phases: Readonly<Record<Statement["phase"], string>> = {
  expand: "before the code",
  contract: "contract, opened",
  waiting: "waits to be opened",
};

/** A line above each statement that cannot end the comment it is in. */
const comment = (said: string): string => `-- ${visible(said).replace(/\s+/g, " ")}`;

function migrations(stages: readonly StageReport[]): Fold {
  const all = together(
    stages,
    ({ name: stage, databases }) =>
      databases.flatMap(({ name, exists, statements }) =>
        statements.map((each) => ({ database: name, exists, stage, ...each })),
      ),
    ({ database, file, line, sql, phase }) => ({ database, file, line, sql, phase }),
  );
  const lines = all.flatMap(({ one, all: same, stages: where }) => {
    const rows = same.flatMap(({ rows: reached, stage }) =>
      reached === undefined ? [] : [`${stage}: ${reached} rows`],
    );
    const head = `${one.summary} · ${one.exists ? phases[one.phase] : "new database"} · ${where.join(", ")}`;
    return [
      comment(`${one.database}, ${one.file}:${one.line}`),
      comment(head),
      ...(rows.length === 0 ? [] : [comment(`it reaches ${rows.join(", ")}`)]),
      ...`${one.sql.trimEnd().replace(/;$/, "")};`.split("\n"),
      "",
    ];
  });
  return blocked(`Migrations (${all.length} ${all.length === 1 ? "statement" : "statements"})`, "sql", lines);
}

function costs(stages: readonly StageReport[]): Fold {
  const all = together(stages, ({ databases }) =>
    databases.flatMap(({ name, costs: own }) => own.map((line) => `${name}: ${line.trim()}`)),
  );
  return blocked(
    "Queries that read more rows",
    "text",
    all.flatMap(({ one, stages: where }) => `${one} · ${where.join(", ")}`.split("\n")),
  );
}

function findings({ findings: common, rivals }: ReportInput, stages: readonly StageReport[]): Fold {
  const changed = (stage: StageReport, { where }: Finding): boolean =>
    stage.changes.some(({ name }) => where.endsWith(name));
  const own = together(stages, (stage) => [
    ...stage.policy.filter((each) => each.severity === "error" || changed(stage, each)),
    ...stage.databases.flatMap(({ refusals, findings: found }) => [...refusals, ...found]),
  ]);
  const lines = [...common.map((one) => ({ one, stages: [] })), ...own].map(({ one, stages: where }) =>
    findingLine(one, where),
  );
  return {
    title: `Findings (${lines.length + rivals.length})`,
    lines: [
      ...rivals.map(({ branch, database, numbers, tables }) => {
        const met = [
          ...(numbers.length === 0 ? [] : [`the same number: ${numbers.map(code).join(", ")}`]),
          ...(tables.length === 0 ? [] : [`the same tables: ${tables.map(code).join(", ")}`]),
        ];
        return `- branch ${code(branch)} changes ${code(database)}, too: ${met.join("; ")}`;
      }),
      ...lines,
    ],
  };
}

const findingLine = (
  { severity, rule, what, where, fix, waived }: Finding,
  stages: readonly string[],
): string =>
  [
    `- ${severity === "error" ? "**refused**" : plain(severity)}${rule === undefined ? "" : ` ${plain(rule)}`}: ${plain(clipped(what, 1_000))}, ${code(clipped(where, 300))}`,
    ...(stages.length === 0 ? [] : [` · ${stages.map(plain).join(", ")}`]),
    waived === undefined
      ? `<br>fix: ${code(clipped(fix, 1_000))}`
      : `<br>its file allows it: ${code(clipped(waived, 500))}`,
  ].join("");

function picture({ graphs, stages }: ReportInput): Fold | undefined {
  const drawn = topology(graphs, stages);
  return drawn === undefined
    ? undefined
    : blocked("Topology: green is new, yellow changes, red goes", "mermaid", drawn.split("\n"), true);
}

function timing({ timing: all }: ReportInput): Fold {
  const total = all.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    title: `Timing (${total.toFixed(1)} s)`,
    lines: all.map(
      ({ verb, stage, seconds }) =>
        `- ${code([verb, ...(stage === undefined ? [] : [stage])].join(" "))}: ${seconds.toFixed(1)} s`,
    ),
  };
}

/** What whoever reads this may want to type, for each stage that changes. */
function next({ target, caller }: ReportInput, stages: readonly StageReport[]): Fold {
  const lines = stages.flatMap(({ name, databases, protected: isProtected }) => {
    const at: CommandPlace = {
      stage: name,
      real: target === "cloudflare",
      caller,
      shell: caller === "just" ? "npm" : "npx",
    };
    const typed = (part: Parameters<typeof inPlace>[0]): string => inPlace(part, at);
    return [
      `# ${name}`,
      typed(command("preview")),
      ...(databases.some(({ statements }) => statements.length > 0)
        ? [typed(command("db plan", { stage: name })), typed(command("db rehearse", { stage: name }))]
        : []),
      ...(databases.some(({ costs: own }) => own.length > 0)
        ? [typed(command("db advise", { stage: name }))]
        : []),
      ...(isProtected ? [] : [typed(command("up"))]),
    ];
  });
  return blocked("What to type next", "sh", lines);
}

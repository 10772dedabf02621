import type { Judgement } from "../../policy/judge.ts";
import type { Pack } from "../../policy/pack-options.ts";
import { isStackRule, type Rule } from "../../policy/rules/rule.ts";
import { table } from "../../toolchain/table.ts";

/** What the rules found in a stack. */
export interface Report {
  readonly stage: string;
  /** Where its resources were read: `what is declared`, or a state's file. */
  readonly of: string;
  readonly resources: number;
  /** Their Pulumi types. */
  readonly types: ReadonlySet<string>;
  readonly judgements: readonly Judgement[];
}

const words = {
  mandatory: "refused",
  advisory: "warning",
  cannotTell: "not told",
  excepted: "excepted",
} as const satisfies Readonly<Record<Judgement["outcome"], string>>;

const order: readonly Judgement["outcome"][] = ["mandatory", "advisory", "excepted", "cannotTell"];

/** A line a rule with its level here and what it found; then each finding, for a terminal of 80 columns. */
export function asText({ stage, of, resources, types, judgements }: Report, pack: Pack): string {
  const rows = pack.rules.map((rule) => {
    const own = judgements.filter((each) => each.rule === rule);
    const counted = order.flatMap((outcome) => {
      const count = own.filter((each) => each.outcome === outcome).length;
      return count === 0 ? [] : [`${count} ${words[outcome]}`];
    });
    const level = pack.levelOf(rule, stage);
    return [rule.id, level, level === "disabled" ? "-" : counted.join(", ") || kept(rule, types)];
  });
  const found = order.flatMap((outcome) => judgements.filter((each) => each.outcome === outcome));
  return [
    `${stage}: ${pack.rules.length} rules over ${resources} resources of ${of}`,
    "",
    table(["rule", "level", "found"], rows),
    ...found.flatMap((each) => ["", ...finding(each)]),
    "",
    total(judgements),
    "",
  ].join("\n");
}

/** A rule that found nothing has been kept, unless there was nothing to find anything in. */
const kept = (rule: Rule, types: ReadonlySet<string>): string =>
  isStackRule(rule) || rule.of.some((type) => types.has(type)) ? "kept" : "nothing to judge";

const finding = ({ outcome, rule, message }: Judgement): readonly string[] => [
  `${words[outcome]}: ${rule.id} (${rule.severity})`,
  ...wrapped(message, 76).map((line) => `  ${line}`),
];

function total(judgements: readonly Judgement[]): string {
  const count = (outcome: Judgement["outcome"]): number =>
    judgements.filter((each) => each.outcome === outcome).length;
  const later = count("cannotTell");
  const excepted = count("excepted");
  return `${count("mandatory")} refused, ${count("advisory")} warned of${excepted === 0 ? "" : `, ${excepted} excepted`}${later === 0 ? "" : `, ${later} that cannot be told here`}.`;
}

/** Words in lines of at most so many characters; a word that is longer stays whole, so that it can be copied. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines;
}

/** For machines: every rule with its level, every finding with its URN. */
export const asJson = ({ stage, of, resources, judgements }: Report, pack: Pack): string =>
  `${JSON.stringify(
    {
      stage,
      of,
      resources,
      rules: pack.rules.map((rule) => ({ id: rule.id, level: pack.levelOf(rule, stage) })),
      findings: judgements.map(({ rule, outcome, urn, message }) => ({
        rule: rule.id,
        severity: rule.severity,
        outcome,
        urn,
        message,
        remediation: rule.remediation,
      })),
    },
    null,
    2,
  )}\n`;

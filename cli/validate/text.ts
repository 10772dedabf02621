import type { Finding } from "./finding.ts";

/** Findings as a person reads them: file and line first, so that a terminal makes a link of it. */
export function asText(findings: readonly Finding[], looked: string): string {
  const blocks = findings.map((finding) => {
    const { file, line, severity, code, what, where, got, expected, fix, stages } = finding;
    const parts = {
      where: stages.length === 0 ? where : `${where} (${stages.join(", ")})`,
      got,
      expected,
      fix,
    };
    const lines = Object.entries(parts).flatMap(([name, text]) =>
      text === undefined
        ? []
        : [`    ${`${name}:`.padEnd(10)}${text.replaceAll("\n", `\n${" ".repeat(14)}`)}`],
    );
    return [`${file}:${line}  ${severity}${code === undefined ? "" : ` ${code}`}  ${what}`, ...lines].join(
      "\n",
    );
  });
  return `${[...blocks, counted(findings, looked)].join("\n\n")}\n`;
}

/** `1 error`, `2 errors`. */
export const number = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

function counted(findings: readonly Finding[], looked: string): string {
  const of = (severity: Finding["severity"]): number =>
    findings.filter((each) => each.severity === severity).length;
  const told = of("info") === 0 ? "" : `, ${of("info")} to know`;
  return findings.length === 0
    ? `Nothing is wrong: ${looked}`
    : `${number(of("error"), "error")}, ${number(of("warning"), "warning")}${told}: ${looked}`;
}

const github: Readonly<Record<Finding["severity"], string>> = {
  error: "error",
  warning: "warning",
  info: "notice",
};

/** Findings as GitHub shows them beside the lines of a pull request. Source: GitHub's workflow commands. */
export const asAnnotations = (findings: readonly Finding[]): string =>
  findings
    .map(({ file, line, severity, code, what, got, expected, fix }) => {
      const title = code === undefined ? what : `${code}: ${what}`;
      const body = [
        ...(got === undefined ? [] : [`got: ${got}`]),
        ...(expected === undefined ? [] : [`expected: ${expected}`]),
        `fix: ${fix}`,
      ].join("\n");
      return `::${github[severity]} file=${property(file)},line=${line},title=${property(title)}::${data(body)}\n`;
    })
    .join("");

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

import type { Judgement } from "../../policy/judge.ts";
import type { Pack } from "../../policy/pack-options.ts";
import type { Severity } from "../../policy/rules/rule.ts";
import type { Report } from "./text.ts";

const levels = {
  mandatory: "error",
  advisory: "warning",
  cannotTell: "note",
  excepted: "note",
} as const satisfies Readonly<Record<Judgement["outcome"], string>>;

/** How GitHub's code scanning sorts findings: a number from 0 to 10. */
const scores: Readonly<Record<Severity, string>> = {
  low: "3.0",
  medium: "5.0",
  high: "7.5",
  critical: "9.5",
};

/**
 * As SARIF 2.1.0, which code scanning reads. Every result has a place in a file, as GitHub wants one: `project.ts`, where the stage is declared; which resource
 * it is about is said by its URN. @param file the file, from the repository's root
 */
export function asSarif({ judgements }: Report, pack: Pack, file: string): string {
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Lockstep policies",
            rules: pack.rules.map(({ id, title, why, remediation, severity }) => ({
              id,
              shortDescription: { text: title },
              fullDescription: { text: why },
              help: { text: remediation },
              properties: { "security-severity": scores[severity] },
            })),
          },
        },
        results: judgements.map(({ rule, outcome, urn, message }) => ({
          ruleId: rule.id,
          ruleIndex: pack.rules.indexOf(rule),
          level: levels[outcome],
          message: { text: message },
          // Of one finding in two runs; another text of it is the same finding.
          partialFingerprints: { resource: `${rule.id} ${urn}` },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: file }, region: { startLine: 1 } },
              logicalLocations: [{ fullyQualifiedName: urn, kind: "resource" }],
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

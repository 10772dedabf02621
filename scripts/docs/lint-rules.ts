// Writes the table of lint rules in docs/migrations.md from the rules themselves: `node scripts/docs/lint-rules.ts`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brokenChain, unreadableFile } from "../../src/migrations/lint/lint-folder.ts";
import { rules } from "../../src/migrations/lint/rules/all.ts";
import type { CheckFacts, Severity, WaiverKind } from "../../src/migrations/lint/rules/rule.ts";
import { unusedWaiver } from "../../src/migrations/lint/waivers.ts";
import { withSection } from "./section.ts";

const page = join(import.meta.dirname, "../../docs/migrations.md");

const outcome: Readonly<Record<Severity, string>> = {
  error: "refused",
  warning: "warning",
  info: "information",
};

const comments: Readonly<Record<WaiverKind, string>> = {
  none: "nothing",
  allow: "`allow`",
  "data-loss": "`allow`, `data-loss`",
  override: "`override`",
};

const row = ({ code, title, severity, except, waiver }: CheckFacts): string =>
  `| ${code} | ${title} | ${outcome[severity]}${except === undefined ? "" : `, ${except}`} | ${comments[waiver]} |`;

/** Everything that the linter can find, also what it finds in a folder before there are statements. */
export const checks: readonly CheckFacts[] = [...rules, unusedWaiver, unreadableFile, brokenChain];

export const table = [
  "| code | finds | without a waiver | set aside by |",
  "|---|---|---|---|",
  ...checks.map(row),
].join("\n");

export const pageWithTable = (): string => withSection(readFileSync(page, "utf8"), "lint rules", table);

if (import.meta.main) writeFileSync(page, pageWithTable());

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unplaced } from "../../src/diagnostic/place.ts";
import { planNew } from "../../src/migrations/plan/job.ts";
import { planLines } from "../../src/migrations/plan/plan-text.ts";
import { packageRoot } from "../../toolchain/package-root.ts";

test("what the README says that a preview shows is what it shows of the guide's database", () => {
  const folder = "migrations/notes/notes";
  const directory = join(packageRoot, "docs/examples/guide", folder);
  const plan = planNew({ label: "notes/notes", folder, directory, opened: undefined });
  const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
  expect(readme).toContain(`\`\`\`text\n${planLines(plan, unplaced()).join("\n")}\n\`\`\``);
});

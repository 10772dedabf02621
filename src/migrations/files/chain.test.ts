import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checksum } from "../sql/checksum.ts";
import { chainDiagnostic, chainProblems, chainText, type Linked, parseChain } from "./chain.ts";

const file = (name: string, text = name): Linked => ({ name, checksum: checksum(text) });
const files = [file("0001_a.sql"), file("0002_b.sql"), file("0003_c.sql")];
const chain = parseChain("chain.txt", chainText(files));
const told = (now: readonly Linked[]) =>
  chainProblems(now, chain).map(({ kind, name, line }) => `${line} ${kind} ${name}`);

test("a folder as it was recorded has no problem", () => {
  expect(told(files)).toEqual([]);
});

test("tells edited, removed, added in the middle and new at the end, each with its line", () => {
  expect(told([file("0001_a.sql", "edited"), ...files.slice(1)])).toEqual(["2 edited 0001_a.sql"]);
  expect(told([files[0] ?? file(""), files[2] ?? file("")])).toEqual(["3 removed 0002_b.sql"]);
  expect(told([...files.slice(0, 2), file("0002_between.sql"), ...files.slice(2)])).toEqual([
    "4 addedInTheMiddle 0002_between.sql",
  ]);
  expect(told([...files, file("0004_d.sql")])).toEqual(["5 unrecorded 0004_d.sql"]);
});

test("a line changed by hand breaks the chain from there", () => {
  const text = chainText(files).replace(checksum("0001_a.sql"), checksum("other"));
  const problems = chainProblems(
    [file("0001_a.sql", "other"), ...files.slice(1)],
    parseChain("chain.txt", text),
  );
  expect(problems.map(({ kind, line }) => `${line} ${kind}`)).toEqual(["2 broken"]);
});

test("every problem is a refusal with place and repair", () => {
  const now = [
    file("0001_a.sql", "edited"),
    file("0002_between.sql"),
    files[2] ?? file(""),
    file("0004_d.sql"),
  ];
  for (const problem of chainProblems(now, chain)) {
    const { diagnostic } = chainDiagnostic("migrations/dome/silo", problem);
    expect(diagnostic.where).toMatch(/^migrations\/dome\/silo\/chain\.txt:\d+$/);
    expect(diagnostic.fix).not.toBe("");
  }
});

test("two branches that both add 0004 conflict in git, and the conflict is refused with its line", () => {
  const folder = mkdtempSync(join(tmpdir(), "chain-"));
  try {
    const write = (name: string, more: readonly Linked[]): string => {
      const path = join(folder, name);
      writeFileSync(path, chainText([...files, ...more]));
      return path;
    };
    const [ours, base, theirs] = [
      write("ours", [file("0004_mine.sql")]),
      write("base", []),
      write("theirs", [file("0004_yours.sql")]),
    ];
    const merge = (): string =>
      execFileSync("git", ["merge-file", "-p", ours, base, theirs], { encoding: "utf8", stdio: "pipe" });
    let merged = "";
    try {
      merge();
    } catch (error) {
      // git merge-file exits with the number of conflicts.
      merged = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
    }
    expect(merged).toContain("<<<<<<<");
    expect(() => parseChain("chain.txt", merged)).toThrow(/chain\.txt:5[\s\S]*next number/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

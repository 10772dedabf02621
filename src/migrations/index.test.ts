import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as library from "./index.ts";

test("the document's table names each function of the library, and no other", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/migrations.md"), "utf8");
  const table = text.split("## As a library")[1]?.split("\n## ")[0] ?? "";
  const named = table
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`(\w+)/g)].map((match) => match[1] ?? ""));
  expect(named.toSorted()).toEqual(Object.keys(library).toSorted());
});

test("a folder is read, linted, planned and shown with what the library gives", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep library "));
  try {
    const sql = "-- Notes\nCREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\n";
    writeFileSync(join(folder, "0001_notes.sql"), sql);
    const files = library.readFolder(folder);
    library.writeChain(folder, files);
    expect(library.lintFolder(folder)).toEqual([]);
    const chain = library.readChain(folder);
    const plan = library.offlinePlan({
      label: "notes/db",
      folder,
      files,
      chain,
      database: undefined,
      opened: undefined,
    });
    expect(plan.refusals).toEqual([]);
    expect(library.planLines(plan).join("\n")).toContain("0001_notes.sql");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

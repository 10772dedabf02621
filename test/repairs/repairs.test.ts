import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandsIn, printedCommands } from "./places.ts";
import { repairs } from "./table.ts";

const root = join(import.meta.dirname, "..", "..");

test("every command that is told stands in the table, and the table names no other", () => {
  const told = printedCommands().map(({ key }) => key);
  expect(told.length).toBeGreaterThan(100);
  const where = "add it to test/repairs/table.ts, with the test that types it in the state that tells it";
  expect(
    told.filter((key) => !(key in repairs)),
    where,
  ).toEqual([]);
  expect(
    Object.keys(repairs).filter((key) => !told.includes(key)),
    "told by nobody any more: take it out of test/repairs/table.ts",
  ).toEqual([]);
});

test("every test that the table names is there", () => {
  const missing = Object.entries(repairs).flatMap(([key, repair]) => {
    if (!("works" in repair)) return [];
    const [file, title] = repair.works;
    const titles = [
      ...readFileSync(join(root, file), "utf8").matchAll(/\btest(?:\.each)?\(\s*(["`])(.*?)\1/gs),
    ];
    return titles.some(([, , found = ""]) => found.includes(title)) ? [] : [`${key}: ${title}`];
  });
  expect(missing).toEqual([]);
});

test("no fewer of them than today are typed in the state that tells them", () => {
  const typed = Object.values(repairs).filter((repair) => "works" in repair).length;
  expect(typed).toBeGreaterThanOrEqual(120);
});

test("a command is found by the function around it, and a verb that is no text by a question mark", () => {
  const source = `
const fix = () => sentence\`\${command("up")}\`;
function other(verb) { const inner = () => command(verb); return command("db lint", { update: true }); }
`;
  expect(commandsIn("a.ts", source)).toEqual([
    { key: "a.ts fix: up", verb: "up" },
    { key: "a.ts other: ?", verb: "?" },
    { key: "a.ts other: db lint", verb: "db lint" },
  ]);
});

import { afterEach, expect, test, vi } from "vitest";
import { log } from "./log.ts";

afterEach(() => vi.restoreAllMocks());

test.each([
  ["debug", ["debug", "info", "warn", "error"]],
  ["info", ["info", "warn", "error"]],
  ["error", ["error"]],
  ["loud", ["info", "warn", "error"]],
])("a stage with level %s writes %j", (level, written) => {
  const lines: string[] = [];
  const all = ["debug", "info", "warn", "error"] as const;
  for (const each of all) vi.spyOn(console, each).mockImplementation((line: string) => lines.push(line));
  for (const each of all) log({ LOG_LEVEL: level }, each, "said", { noteId: "n" });
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(written);
  expect(JSON.parse(lines[0] ?? "")).toEqual({ level: written[0], message: "said", noteId: "n" });
});

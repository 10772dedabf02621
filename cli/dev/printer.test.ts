import { expect, test } from "vitest";
import { linesOf } from "../tail/event.ts";
import type { DevWorker } from "./chosen.ts";

import { printer } from "./printer.ts";

const named = (name: string): DevWorker => ({
  name,
  script: `${name}-dev`,
  source: { main: "index.ts" },
  hasUrl: true,
});
const [silo, domeApi] = [named("silo"), named("dome-api")];

function printed(coloured: boolean): string {
  let text = "";
  const stream = {
    write: (more: string) => {
      text += more;
    },
  };
  const print = printer(stream, coloured, [silo, domeApi]);
  print.done(silo, "version 47fdc178 in 0.4 s");
  print.said(domeApi, { level: "error", text: "Uncaught Error: no\n    at index.ts:1:2" });
  return text;
}

test("every line has its worker's name in front, also those of a stack", () => {
  expect(printed(false)).toBe(
    "silo     → version 47fdc178 in 0.4 s\ndome-api ! Uncaught Error: no\ndome-api !     at index.ts:1:2\n",
  );
});

test("colours change nothing but colours", () => {
  expect(printed(true)).toContain("\u001b[36msilo    \u001b[0m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  expect(printed(true).replace(/\u001b\[\d+m/g, "")).toBe(printed(false));
});

test("what strangers sent and a worker logged cannot move the cursor, and an invocation that was cut says so", () => {
  const told = {
    outcome: "exceededCpu",
    logs: [{ level: "log", message: ["\u001b[2Jgone\r", { a: [1, { b: 2 }] }] }],
    exceptions: [],
    scriptVersion: { id: "v" },
  };
  expect(linesOf(told, (text) => text)).toEqual([
    { level: "log", text: "\\u001b[2Jgone\\u000d { a: [ 1, { b: 2 } ] }" },
    { level: "error", text: "ended: exceededCpu" },
  ]);
});

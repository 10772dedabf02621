import { expect, test } from "vitest";
import project from "../../project.ts";
import { agentHere } from "../../src/settings/agent.ts";
import { refuseAgent } from "./agent.ts";
import { requestOf } from "./request.ts";

const ofAgent = (line: string): (() => void) => {
  const request = requestOf(line.split(" "), project);
  return () => {
    for (const stage of request.stages) refuseAgent(request, stage, "Claude Code");
  };
};

test("a coding agent is known by the variables that it sets; a person's shell, a CI machine and an editor are none", async () => {
  expect(await agentHere({ CLAUDECODE: "1" })).toBe("Claude Code");
  expect(await agentHere({ GEMINI_CLI: "1" })).toMatch(/Gemini/);
  for (const env of [
    {},
    { CI: "true", GITHUB_ACTIONS: "true" },
    { TERM_PROGRAM: "vscode" },
    { CURSOR_TRACE_ID: "x" },
  ])
    expect(await agentHere(env), JSON.stringify(env)).toBeUndefined();
});

test.each([
  "up prod --yes prod",
  "up prod --plan a --confirm 0123456789ab",
  "up all --yes",
  "import prod dome/silo --yes prod",
  "retire dome prod --yes prod",
  "forget prod dome/silo --reason x --yes prod",
  "secret prod KEY",
  "unlock prod --yes prod",
  "drift prod --repair --plan a --confirm 0123456789ab",
  "destroy dev --target cloudflare --yes",
  "retire dome dev --target cloudflare --yes",
])("%s is for a person, and an agent is told what the person has to do", (line) => {
  expect(ofAgent(line)).toThrow(
    /is for a person to run; nothing was changed[\s\S]*Claude Code[\s\S]*stop here/,
  );
});

test.each([
  "up dev --yes",
  "up staging --target cloudflare --yes",
  "destroy dev --yes",
  "retire dome dev --yes",
  "preview prod --save-plan a",
  "drift prod",
  "status prod",
  "outputs prod",
  "secret prod",
])("%s is an agent's work as anybody's", (line) => {
  expect(ofAgent(line)).not.toThrow();
});

test("a person is refused nothing here", () => {
  const request = requestOf(["up", "prod", "--yes", "prod"], project);
  for (const stage of request.stages) expect(() => refuseAgent(request, stage, undefined)).not.toThrow();
});

import { describe, expect, test } from "vitest";
import project from "../../project.ts";
import { confirm, type Terminal } from "./confirm.ts";

const { stages } = project;

const stage = (name: string) => {
  const found = stages.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const silent: Terminal = { interactive: false, ask: () => Promise.reject(new Error("nobody is there")) };
const typing = (answer: string): Terminal => ({ interactive: true, ask: () => Promise.resolve(answer) });

describe("a change of prod", () => {
  test("goes on when its name is typed", async () => {
    await expect(confirm(stage("prod"), "Change", undefined, typing(" prod "))).resolves.toBeUndefined();
    await expect(confirm(stage("prod"), "Change", "prod", silent)).resolves.toBeUndefined();
  });

  test.each([
    "",
    "y",
    "yes",
    "PROD",
    "staging",
    "produ",
  ])("does not go on when %j is typed", async (answer) => {
    await expect(confirm(stage("prod"), "Change", undefined, typing(answer))).rejects.toThrow(
      /was not confirmed; nothing was changed/,
    );
    await expect(confirm(stage("prod"), "Change", answer, silent)).rejects.toThrow(/was not confirmed/);
  });

  test("is shown in full at the key d, as often as it is pressed, and then asked for again", async () => {
    const answers = ["d", "d", "prod"];
    const asked: string[] = [];
    const from: Terminal = {
      interactive: true,
      ask: async (question) => {
        asked.push(question);
        return answers.shift() ?? "";
      },
    };
    let shown = 0;
    await confirm(stage("prod"), "Change", undefined, from, async () => {
      shown += 1;
    });
    expect(shown).toBe(2);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toBe("\nChange prod? Type its name to go on (d shows the full diff): ");
  });

  test("does not go on when nobody can be asked", async () => {
    await expect(confirm(stage("prod"), "Change", undefined, silent)).rejects.toThrow(/--yes prod/);
  });
});

describe("a change of dev or staging", () => {
  test.each(["dev", "staging"])("of %s is asked for by pulumi, at a terminal", async (name) => {
    await expect(
      confirm(stage(name), "Change", undefined, { ...silent, interactive: true }),
    ).resolves.toBeUndefined();
  });

  test.each(["dev", "staging"])("of %s needs a yes on the command line without one", async (name) => {
    await expect(confirm(stage(name), "Change", undefined, silent)).rejects.toThrow(/without one: --yes/);
    await expect(confirm(stage(name), "Change", "", silent)).resolves.toBeUndefined();
  });
});

import { expect, test } from "vitest";
import { type Stage, stageOf } from "../../src/project/stage.ts";
import type { Terminal } from "../stack/confirm.ts";
import { agree as agreeing, withYes } from "./agree.ts";

const dev = stageOf({ name: "dev" });
const prod = stageOf({ name: "prod", protected: true });
const silent: Terminal = { interactive: false, ask: () => Promise.reject(new Error("nobody is there")) };
const typing = (answer: string): Terminal => ({ interactive: true, ask: () => Promise.resolve(answer) });
/** As a person, whoever runs this test. */
const agree = (stage: Stage, change: string, given: ReturnType<typeof said>, from: Terminal) =>
  agreeing(stage, change, given, from, Promise.resolve(undefined));
const said = (yes: string | undefined) => ({ text: (name: string) => (name === "yes" ? yes : undefined) });

test("without a terminal nothing is written unless --yes says so, and for prod its name", async () => {
  await expect(agree(dev, "Write to", said(undefined), silent)).rejects.toThrow(
    /Write to dev was not confirmed; nothing was changed[\s\S]*--yes/,
  );
  await agree(dev, "Write to", said(""), silent);
  await agree(dev, "Write to", said("dev"), silent);
  await expect(agree(prod, "Write to", said(""), silent)).rejects.toThrow(/--yes prod/);
  await agree(prod, "Write to", said("prod"), silent);
});

test("a coding agent writes into no stage that asks, whatever it says, and into others as anybody", async () => {
  const agent = Promise.resolve("Claude Code");
  await expect(agreeing(prod, "Write to", said("prod"), silent, agent)).rejects.toThrow(
    /Write to prod is for a person to run; nothing was changed[\s\S]*stop here/,
  );
  await agreeing(dev, "Write to", said(""), silent, agent);
});

test("a yes for another stage is none", async () => {
  for (const stage of [dev, prod])
    await expect(agree(stage, "Write to", said("staging"), silent)).rejects.toThrow(/was not confirmed/);
});

test("at a terminal it is asked for: y, or the name of a stage that asks", async () => {
  await agree(dev, "Write to", said(undefined), typing("y"));
  await agree(prod, "Write to", said(undefined), typing("prod"));
  for (const answer of ["", "n", "dev", "yess"])
    await expect(agree(dev, "Write to", said(undefined), typing(answer)), answer).rejects.toThrow(
      /was not confirmed/,
    );
  await expect(agree(prod, "Write to", said(undefined), typing("y"))).rejects.toThrow(/was not confirmed/);
});

test("--yes stands alone or before a stage's name, wherever it is typed", () => {
  const read = (line: string): string => withYes(line.split(" "), [dev, prod]).join(" ");
  expect(read("dev shop/db --yes")).toBe("dev shop/db --yes=");
  expect(read("--yes dev shop/db")).toBe("--yes=dev shop/db");
  expect(read("-y shop/db --reason why")).toBe("--yes= shop/db --reason why");
  expect(read("shop/db --yes=prod")).toBe("shop/db --yes=prod");
});

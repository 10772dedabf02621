import { describe, expect, test } from "vitest";
import project from "../../../project.ts";
import { engineOptions } from "../../../src/settings/engine-options.ts";
import type { Command } from "../request.ts";
import { decidedAlready, engineWords } from "./engine-words.ts";

const refused = (words: string, stage = "dev", command: Command = "up"): readonly string[] => {
  const of = project.stages.find(({ name }) => name === stage);
  if (of === undefined) throw new Error(stage);
  return decidedAlready({ command, rest: words.split(" "), savePlan: undefined }, of).map(({ what }) => what);
};

describe("behind a recipe", () => {
  for (const [name, { value, decides, short }] of Object.entries(engineOptions)) {
    const forms = [
      value === "needs" ? `--${name} x` : `--${name}`,
      ...(value === "none" ? [] : [`--${name}=x`]),
      ...(short === undefined
        ? []
        : value === "needs"
          ? [`-${short} x`, `-${short}x`, `-jd${short} x`]
          : [`-${short}`, `-d${short}`]),
    ];
    test.each(
      forms,
    )(`%s is ${decides === undefined ? "handed on" : `refused in ${decides.in} stages`}`, (form) => {
      expect(refused(form, "prod")).toHaveLength(decides === undefined ? 0 : 1);
      expect(refused(form, "dev")).toHaveLength(decides?.in === "all" ? 1 : 0);
    });
  }

  test.each([
    "--stack prod",
    "--stack=prod",
    "-s prod",
    "-sprod",
    "-fs prod",
    "--cwd /",
    "-C/",
    "--config-file x",
    "-c a=b",
  ])("%s is refused, whatever the recipe", (words) => {
    for (const command of ["up", "preview", "destroy", "drift", "secret", "init"] as const)
      expect(refused(words, "dev", command)).toHaveLength(1);
  });

  test("a word that belongs to no option is refused, but as the value of a secret", () => {
    expect(refused("--diff https://example.com/template")).toEqual([
      "up does not know what https://example.com/template is",
    ]);
    expect(refused("hunter2", "dev", "secret")).toEqual([]);
  });

  test("a value that looks like an option is a value", () => {
    expect(refused("--message --stack")).toEqual([]);
    expect(refused("-m -s --parallel 4 --refresh=true")).toEqual([]);
  });
});

test("every word is read as pulumi reads it", () => {
  expect(engineWords(["-dfp", "4", "--diff", "x"])).toEqual([
    { typed: "-dfp", option: "debug" },
    { typed: "-dfp", option: "skip-preview" },
    { typed: "-dfp", option: "parallel" },
    { typed: "--diff", option: "diff" },
    { typed: "x", option: undefined },
  ]);
});

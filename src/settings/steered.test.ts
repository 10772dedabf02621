import { describe, expect, test } from "vitest";
import project from "../../project.ts";
import { engineOptions, engineVariables } from "./engine-options.ts";
import { steeredBy } from "./steered.ts";

const stage = (name: string) => {
  const found = project.stages.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const variable = (option: string): string => `PULUMI_OPTION_${option.toUpperCase().replaceAll("-", "_")}`;
const told = (env: Record<string, string>, name = "prod"): readonly string[] =>
  steeredBy(env, stage(name), "/work").map(({ where }) => String(where));

describe("a protected stage", () => {
  for (const [option, { inEnvironment }] of Object.entries(engineOptions))
    test(`with ${variable(option)} in the environment ${inEnvironment === "free" ? "runs" : "is refused"}`, () => {
      expect(told({ [variable(option)]: "true" })).toHaveLength(inEnvironment === "free" ? 0 : 1);
    });

  test.each(Object.keys(engineVariables))("with %s in the environment is refused", (name) => {
    expect(told({ [name]: "true" })).toEqual([expect.stringContaining(name)]);
    expect(told({ [name]: "false" })).toEqual([]);
  });

  test("is refused with an option that this version does not know", () => {
    expect(told({ PULUMI_OPTION_FORGET_EVERYTHING: "1" })).toHaveLength(1);
  });

  test("runs with flags that are off, and with what is empty", () => {
    expect(told({ PULUMI_OPTION_IGNORE_PROTECT: "false", PULUMI_OPTION_TARGET: "" })).toEqual([]);
  });

  test("runs with its own configuration file, and with no other", () => {
    expect(told({ PULUMI_OPTION_CONFIG_FILE: "/work/.lockstep/config/prod.yaml" })).toEqual([]);
    expect(told({ PULUMI_OPTION_CONFIG_FILE: "/work/.lockstep/config/dev.yaml" })).toHaveLength(1);
  });

  test("says all of them at once", () => {
    expect(told({ PULUMI_OPTION_POLICY_PACK_CONFIG: "x", PULUMI_OPTION_IGNORE_PROTECT: "1" })).toHaveLength(
      2,
    );
  });
});

test("another stage runs with all of them", () => {
  expect(told({ PULUMI_OPTION_IGNORE_PROTECT: "true", PULUMI_SKIP_CHECKPOINTS: "true" }, "dev")).toEqual([]);
});

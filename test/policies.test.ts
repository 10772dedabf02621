import { describe, expect, test } from "vitest";
import { judgeResource, judgeStack } from "../policy/judge.ts";
import { packOf } from "../policy/pack-options.ts";
import { propsOf } from "../policy/seen/from-engine.ts";
import type { SeenResource } from "../policy/seen/resource.ts";
import project from "../project.ts";
import { secretUses } from "../src/declare/secret-uses.ts";
import { deployed, settingsFor } from "./mocks.ts";

describe.each(project.stages.map(({ name }) => name))("our own systems in %s", async (stageName) => {
  const systems = project.systems.filter(({ stages }) => stages?.includes(stageName) ?? true);
  const secrets = Object.fromEntries(
    secretUses(systems).map(({ secret }) => [secret, "of-a-test-and-no-placeholder"]),
  );
  const { resources } = await deployed(settingsFor(systems, { stageName, secrets }));
  const pack = packOf({ project });
  const seen = resources.map(
    ({ type, name, inputs, made, protect, deleteBeforeReplace }): SeenResource => ({
      urn: `urn:pulumi:${stageName}::lockstep::${type}::${name}`,
      type,
      name,
      props: propsOf({ ...inputs, ...made }),
      protect,
      deleteBeforeReplace,
      dependsOn: [],
    }),
  );

  test("keep every rule, and none has to be told later", () => {
    const found = [...seen.flatMap((each) => judgeResource(pack, each)), ...judgeStack(pack, seen)];
    expect(found.map(({ rule, outcome, message }) => `${outcome} ${rule.id}: ${message}`)).toEqual([]);
  });
});

import { expect, test } from "vitest";
import project from "../../project.ts";
import { aiGateway, json, perStage, secret, stageName, system, worker } from "../declare/index.ts";
import { secretSignature, signatureKey } from "../engine/property-values.ts";
import { stateResource } from "../reality/state.ts";
import { variableLines, variablesText } from "../reality/variable-text.ts";
import { textsForSecrets, variableChanges } from "./variables.ts";

const stage = project.stages.find(({ name }) => name === "prod");
const version = (...bindings: readonly object[]) =>
  stateResource("urn:pulumi:prod::p::cloudflare:index/workerVersion:WorkerVersion::shop/api", {
    bindings: { [signatureKey]: secretSignature, value: bindings },
  });
const plain = (name: string, text: string) => ({ name, type: "plain_text", text });
const hidden = (name: string, text?: string) => ({ name, type: "secret_text", text });

test("changed variables are told by name and value, and secrets only by name", () => {
  if (stage === undefined) throw new Error("there is no stage prod");
  const gateway = aiGateway("models");
  const api = worker("api", {
    main: "a.ts",
    compatibilityDate: "2026-01-01",
    env: {
      SAME: "same",
      LEVEL: perStage({ prod: "debug" }),
      LIMITS: json({ notes: 2 }),
      STAGE: stageName(),
      MODELS: gateway,
      KEPT: secret("kept"),
      TURNED: secret("turned"),
      UNREAD: secret("unread"),
      HIDDEN: secret("hidden"),
      LONG: "x".repeat(500),
      OPTIONAL: secret("optional", { optional: true }),
    },
  });
  const state = [
    version(
      ...[plain("SAME", "same"), plain("LEVEL", "info"), plain("MODELS", "other"), plain("OLD", "1")],
      ...[hidden("KEPT", "k"), hidden("TURNED", "old value"), hidden("UNREAD"), plain("HIDDEN", "before")],
      ...[
        { name: "LIMITS", type: "json", json: '{"notes":1}' },
        { name: "DB", type: "d1", databaseId: "1" },
      ],
    ),
  ];
  const secrets = { kept: "k", turned: "new value", unread: "u", hidden: "after" };
  const changes = variableChanges(state, [system("shop", [gateway, api])], { stage, secrets });
  const text = changes.map(variablesText).join("");
  expect(text).toBe(`Variables that change: shop/api
  HIDDEN: "before" → a secret
  LEVEL: "info" → "debug"
  LIMITS: {"notes":1} → {"notes":2}
  LONG: new, "${"x".repeat(58)}… (502 characters)
  OLD: gone, was "1"
  STAGE: new, "prod"
  TURNED: secret, changed
  UNREAD: secret, perhaps changed: nobody can read it
  secrets that stay: KEPT`);
  expect(text).not.toContain("old value");
  expect(variableLines(text)?.[1]).toBe('shop/api LEVEL: "info" → "debug"');
  expect(variableLines("Something else")).toBeUndefined();
});

test("where no variable is another one, and of a worker that is not there yet, nothing is said", () => {
  if (stage === undefined) throw new Error("there is no stage prod");
  const api = worker("api", { main: "a.ts", compatibilityDate: "2026-01-01", env: { A: "1" } });
  const systems = [system("shop", [api])];
  expect(variableChanges([version(plain("A", "1"))], systems, { stage, secrets: {} })).toEqual([]);
  expect(variableChanges([], systems, { stage, secrets: {} })).toEqual([]);
});

test("a text under the name of a secret is refused where a stage is protected, without the secret's value", () => {
  const api = worker("api", {
    main: "a.ts",
    compatibilityDate: "2026-01-01",
    env: { KEY: "test-value", KEPT: secret("kept"), PLAIN: "1" },
  });
  const systems = [system("shop", [api])];
  const state = [version(hidden("KEY", "live value"), hidden("KEPT", "k"), plain("PLAIN", "0"))];
  const of = (name: string) => project.stages.find((each) => each.name === name);
  const [prod, dev] = [of("prod"), of("dev")];
  if (prod === undefined || dev === undefined) throw new Error("the project has prod and dev");
  const found = textsForSecrets(state, systems, { stage: prod, secrets: { kept: "k" } });
  expect(found).toMatchObject([
    { where: "shop/api, env.KEY", got: 'KEY, a secret in stage prod, as the text "test-value"' },
  ]);
  expect(JSON.stringify(found)).not.toContain("live value");
  expect(textsForSecrets(state, systems, { stage: dev, secrets: {} })).toEqual([]);
  expect(textsForSecrets([], systems, { stage: prod, secrets: {} })).toEqual([]);
});

import { describe, expect, test } from "vitest";
import type { CommandPlace } from "./place.ts";
import { command, embeddedShell, inPlace, named, pulumi, pulumiOfStack, sentence } from "./sentence.ts";

const here = { caller: "just", shell: "npm" } as const;
const elsewhere = { caller: "npx", shell: "npx" } as const;
const dev: CommandPlace = { ...here, stage: "dev", real: false };
const staging: CommandPlace = { ...here, stage: "staging", real: false };
const prod: CommandPlace = { ...here, stage: "prod", real: true };
const unknown: CommandPlace = { ...here, stage: undefined, real: false };

const accept = command("db accept", { database: "dome/silo", file: "0002_a.sql", reason: "…" });

describe("a command of databases", () => {
  test("is typed as it is on dev of the embedded target", () => {
    expect(inPlace(accept, dev)).toBe('just db accept dome/silo 0002_a.sql --reason "…"');
    expect(inPlace(accept, unknown)).toBe(inPlace(accept, dev));
  });

  test.each([
    [
      sentence`${accept}, if the schema is right`,
      'just db accept staging dome/silo 0002_a.sql --reason "…", if the schema is right',
      'just db accept prod --target cloudflare dome/silo 0002_a.sql --reason "…", if the schema is right',
    ],
    [
      sentence`waiting, eligible now: ${command("db contract")}`,
      "waiting, eligible now: just db contract staging",
      "waiting, eligible now: just db contract prod --target cloudflare",
    ],
    [
      sentence`\`${command("db query", { database: "<database>" })}\` or try it (${command("db rehearse")}); then again`,
      "`just db query staging <database>` or try it (just db rehearse staging); then again",
      "`just db query prod --target cloudflare <database>` or try it (just db rehearse prod --target cloudflare); then again",
    ],
  ])("says stage and target: %j", (text, onStaging, onProd) => {
    expect(inPlace(text, staging)).toBe(onStaging);
    expect(inPlace(text, prod)).toBe(onProd);
  });

  test("says dev too where that is on a real account", () => {
    expect(inPlace(command("db status"), { ...dev, real: true })).toBe(
      "just db status dev --target cloudflare",
    );
  });
});

test("a command of stacks says its stage wherever it is, and the target behind it", () => {
  const take = sentence`take it over: ${command("import", { resource: "dome/silo" })}; or rename it`;
  expect(inPlace(take, prod)).toBe(
    "take it over: just import prod --target cloudflare dome/silo; or rename it",
  );
  expect(inPlace(take, dev)).toBe("take it over: just import dev dome/silo; or rename it");
  const retire = command("retire", { system: "dome" });
  expect(inPlace(retire, prod)).toBe("just retire dome prod --target cloudflare");
  expect(inPlace(retire, unknown)).toBe("just retire dome <stage>");
  expect(inPlace(command("db contract", { stage: "prod" }), prod)).toBe(
    "just db contract prod --target cloudflare",
  );
});

test("recording what code runs is never sent to a real account, which records nothing", () => {
  const again = sentence`record it again: ${command("db corpus")} (corpus/dome)`;
  expect(inPlace(again, prod)).toBe("record it again: just db corpus (corpus/dome)");
  expect(inPlace(command("db corpus", { stage: "staging" }), prod)).toBe("just db corpus staging");
});

test("what works without a database, and what is only spoken of, says no place", () => {
  expect(inPlace(command("db lint", { update: true }), prod)).toBe("just db lint --update");
  expect(inPlace(command("db new", { database: "dome/silo", name: "x" }), prod)).toBe(
    "just db new dome/silo x",
  );
  expect(inPlace(sentence`what \`${named("db contract")}\` writes`, prod)).toBe(
    "what `just db contract` writes",
  );
  expect(inPlace(command("dev"), prod)).toBe("just dev --stage prod");
  expect(inPlace(command("clean"), prod)).toBe("just clean");
});

test("a repository without our recipes is told to call the package", () => {
  const onProd = { ...prod, ...elsewhere };
  expect(inPlace(command("up"), onProd)).toBe("npx lockstep up prod --target cloudflare");
  expect(inPlace(accept, onProd)).toBe(
    'npx lockstep db accept prod --target cloudflare dome/silo 0002_a.sql --reason "…"',
  );
  expect(inPlace(command("state backup"), onProd)).toBe("npx lockstep state backup prod --target cloudflare");
  expect(inPlace(command("start", { once: true }), onProd)).toBe("npx lockstep start --once");
  expect(inPlace(embeddedShell, onProd)).toBe('eval "$(npx lockstep env)"');
  expect(inPlace(named("help"), onProd)).toBe("npx lockstep --help");
});

test("here the shell and the demonstration are npm's", () => {
  expect(inPlace(embeddedShell, dev)).toBe('eval "$(npm run -s env)"');
  expect(inPlace(command("start", { once: true }), dev)).toBe("npm start -- --once");
  expect(inPlace(command("start"), dev)).toBe("npm start");
});

test("pulumi is told the stack, unless its words name one or it is about none", () => {
  expect(inPlace(pulumiOfStack("config rm x"), prod)).toBe("pulumi config rm x --stack prod");
  expect(inPlace(pulumiOfStack("config rm x", "staging"), prod)).toBe("pulumi config rm x --stack staging");
  expect(inPlace(pulumiOfStack("config rm x"), unknown)).toBe("pulumi config rm x --stack <stage>");
  expect(inPlace(pulumi("stack select dev"), prod)).toBe("pulumi stack select dev");
});

test("a word with a space or a sign of the shell stands in quotes", () => {
  const ask = command("db query", { database: "dome/silo", sql: 'SELECT "a b" FROM `t`' });
  expect(inPlace(ask, dev)).toBe('just db query dome/silo "SELECT \\"a b\\" FROM \\`t\\`"');
  expect(inPlace(command("db lint", { database: "<database>" }), dev)).toBe("just db lint <database>");
});

test("a sentence of words alone is plain text, and sentences in a sentence become part of it", () => {
  expect(sentence`give it the number ${3}`).toBe("give it the number 3");
  const inner = sentence`open it: ${command("db contract")}`;
  expect(inPlace(sentence`first ${inner}, then again`, dev)).toBe(
    "first open it: just db contract, then again",
  );
});

import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import { secretValue, type Written } from "../../testing/judge.ts";
import { logLevel } from "./log-level.ts";
import { noPlaceholders } from "./no-placeholders.ts";
import { oneNameOneKind } from "./one-name-one-kind.ts";

const version = (...bindings: readonly object[]): Written => ({
  type: types.version,
  name: "shop/api",
  props: { bindings },
});
const plain = (name: string, text: unknown) => ({ name, type: "plain_text", text });
const secret = (name: string, text: string) => ({ name, type: "secret_text", text: secretValue(text) });

holds(noPlaceholders, {
  good: [
    {
      is: "values that somebody chose",
      has: version(plain("FROM", "shop@lockstep.dev"), plain("LEVEL", "info"), secret("KEY", "q7Zk2LpX9v")),
    },
    {
      is: "words that only hold one",
      has: version(
        plain("TEXT", "Change me if you can"),
        plain("HINT", "todo list"),
        plain("X", "xx"),
        plain("HOST", "example.company"),
      ),
    },
    {
      is: "one that is meant, by its value",
      has: version(plain("FROM", "me@example.com")),
      options: { rules: { "no-placeholders": { settings: { allow: ["me@example.com"] } } } },
    },
    {
      is: "one that is meant, by its name",
      has: version(plain("FROM", "changeme")),
      options: { rules: { "no-placeholders": { settings: { allow: ["FROM"] } } } },
    },
    { is: "a value that another resource gives", has: version(plain("URL", unknownValue)) },
  ],
  bad: [
    {
      is: "one inside JSON",
      has: version({ name: "OPTIONS", type: "json", json: '{"mail":{"from":"changeme"}}' }),
      says: ['OPTIONS with a value that stands for another: "changeme"'],
    },
    {
      is: "a secret that is one, without saying it",
      has: version(secret("KEY", "changeme")),
      says: [/the secret KEY with a value that stands for another: a placeholder/],
    },
    { is: "an empty secret", has: version(secret("KEY", "")), says: ["the secret KEY, which is empty"] },
    {
      is: "an empty text",
      has: version(plain("FLAG", " ")),
      says: ["the variable FLAG, which is empty"],
      outcome: "advisory",
    },
    {
      is: "one of a script in one piece",
      has: { ...version(plain("VALUE", "changeme")), type: types.script },
      says: ["stands for another"],
    },
    ...[
      "changeme",
      "CHANGE_ME",
      "xxx",
      "TODO",
      "tbd",
      "placeholder",
      "<your key>",
      "your-api-key-here",
      "replace-me",
      "{{ token }}",
      "...",
    ].map((text) => ({
      is: text,
      has: version(plain("VALUE", text)),
      says: [
        `VALUE with a value that stands for another: ${JSON.stringify(text)}`.replace(
          /[$.*+?^{}()|[\]\\]/g,
          "\\$&",
        ),
      ].map((each) => new RegExp(each)),
    })),
    ...["me@example.com", "https://id.example.com", "https://example.org/path", "db.example"].map((text) => ({
      is: `the host of ${text}`,
      has: version(plain("VALUE", text)),
      says: ["VALUE with a value that stands for another"],
    })),
  ],
  unknown: [
    { is: "bindings of which nothing is known", has: { ...version(), props: { bindings: unknownValue } } },
    { is: "one binding that is not known", has: { ...version(), props: { bindings: [unknownValue] } } },
  ],
});

holds(logLevel, {
  good: [
    { is: "info", has: version(plain("LOG_LEVEL", "info")) },
    { is: "a flag that is off", has: version(plain("DEBUG", "false"), plain("VERBOSE", "")) },
    { is: "another variable", has: version(plain("MODE", "debug")) },
  ],
  bad: [
    { is: "debug", has: version(plain("LOG_LEVEL", "debug")), says: ['LOG_LEVEL is "debug"'] },
    {
      is: "trace under another name",
      has: version(plain("APP_LOG_LEVEL", "TRACE")),
      says: ["APP_LOG_LEVEL"],
    },
    { is: "a flag that is on", has: version(plain("DEBUG", "*")), says: ["DEBUG"] },
  ],
  unknown: [
    { is: "a level that another resource gives", has: version(plain("LOG_LEVEL", unknownValue)) },
    { is: "bindings of which nothing is known", has: { ...version(), props: { bindings: unknownValue } } },
  ],
});

holds(oneNameOneKind, {
  good: [{ is: "names that differ", has: version(plain("A", "1"), secret("B", "2")) }],
  bad: [
    {
      is: "a text under a secret's name",
      has: version(secret("KEY", "s"), plain("KEY", "test")),
      says: ["binds KEY 2 times, as secret_text and plain_text"],
    },
    { is: "the same twice", has: version(plain("A", "1"), plain("A", "2")), says: ["binds A 2 times"] },
  ],
  unknown: [
    { is: "bindings of which nothing is known", has: { ...version(), props: { bindings: unknownValue } } },
    {
      is: "one binding that is not known",
      has: { ...version(), props: { bindings: [plain("A", "1"), unknownValue] } },
    },
  ],
});

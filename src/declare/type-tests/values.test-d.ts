// Checked by tsc: every line under an expectation has to be a mistake, everything else has to compile.
import { ai, durableObject, json, perStage, secret, stageName, versionMetadata, worker } from "../index.ts";
import { settings } from "./same.ts";

const giver = worker("giver", settings);
const rooms = worker("rooms", {
  ...settings,
  durableObjects: {
    Room: {},
    Old: { storage: "legacy-kv", lifecycle: { state: "deleted" } },
    Hall: { lifecycle: { state: "renamed", renamedTo: "Room" } },
    Desk: { lifecycle: { state: "expecting-transfer", transferFrom: () => giver } },
  },
  env: { ROOM: durableObject("Room") },
});
durableObject("Room", () => rooms);
// @ts-expect-error the owner is named by a function, so that two workers can name each other
durableObject("Room", rooms);
// @ts-expect-error a class is named
durableObject();
// @ts-expect-error a rename says into what
worker("w", { ...settings, durableObjects: { Room: { lifecycle: { state: "renamed" } } } });
// @ts-expect-error there is no such state
worker("w", { ...settings, durableObjects: { Room: { lifecycle: { state: "gone" } } } });

ai();
versionMetadata();
stageName();
json({ list: [1, "two", null] });
perStage({ dev: "debug", prod: "info" });
secret("key");
// @ts-expect-error a secret has a name in the stack's configuration
secret();
// @ts-expect-error its value stands nowhere in the code
secret("key", "s3cret");
// @ts-expect-error texts, by stage
perStage("debug");
// @ts-expect-error texts only: json is for everything else
perStage({ dev: 3 });
// @ts-expect-error a value
json();
// @ts-expect-error which model is said by the call
ai("@cf/baai/bge-base-en-v1.5");

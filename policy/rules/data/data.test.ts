import { d1, queue, r2, system, worker } from "../../../src/declare/index.ts";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { defineProject } from "../../../src/project/project.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { noDeleteBeforeReplace } from "./no-delete-before-replace.ts";
import { placeIsSaid } from "./place-is-said.ts";
import { replicationIsSaid } from "./replication-is-said.ts";
import { stagesKeepApart } from "./stages-keep-apart.ts";

const database = (props: object, more: Partial<Written> = {}): Written => ({
  type: types.d1,
  name: "shop/orders",
  props: { ...props },
  ...more,
});

holds(noDeleteBeforeReplace, {
  good: [{ is: "a store that is replaced as usual", has: database({}) }],
  bad: [
    {
      is: "a store that is deleted first",
      has: database({}, { deleteBeforeReplace: true }),
      says: [/shop\/orders \(d1\) is deleted before its replacement/],
    },
    {
      is: "a bucket that is deleted first, whose name is not known",
      has: { type: types.r2, name: "files", props: { name: unknownValue }, deleteBeforeReplace: true },
      says: [/files \(r2\)/],
    },
  ],
  // The option is always known, whatever the properties are: what is not known keeps nothing from being judged.
  unknown: "nothing",
});

holds(replicationIsSaid, {
  good: [
    { is: "copies that are off", has: database({ readReplication: { mode: "disabled" } }) },
    { is: "copies that are on", has: database({ readReplication: { mode: "auto" } }) },
  ],
  bad: [{ is: "a database that says nothing", has: database({}), says: ["does not say whether copies"] }],
  unknown: [
    { is: "a mode that another resource gives", has: database({ readReplication: { mode: unknownValue } }) },
  ],
});

holds(placeIsSaid, {
  good: [
    { is: "a place that is said", has: database({ jurisdiction: "eu" }) },
    {
      is: "the place that is promised",
      has: database({ jurisdiction: "eu" }),
      options: { rules: { "place-is-said": { settings: { wanted: "eu" } } } },
    },
  ],
  bad: [
    { is: "a place that is not said", has: database({}), says: ["says no jurisdiction"] },
    {
      is: "a bucket with the default",
      has: { type: types.r2, name: "files", props: { jurisdiction: "default" } },
      says: ["says no jurisdiction"],
    },
    {
      is: "another place than was promised",
      has: database({ jurisdiction: "us" }),
      options: { rules: { "place-is-said": { settings: { wanted: "eu" } } } },
      says: ["in jurisdiction us; eu is promised"],
    },
  ],
  unknown: [{ is: "a place that another resource gives", has: database({ jurisdiction: unknownValue }) }],
});

const orders = d1("orders", { adopt: { prod: "11111111-1111-4111-8111-111111111111" } });
const jobs = queue("jobs");
const failed = queue("failed");
const fonts = r2("fonts", { shared: true });
const settings = { main: "x.ts", compatibilityDate: "2026-06-01" };
const api = worker("api", {
  ...settings,
  env: { DB: orders, FONTS: fonts },
  consumes: [{ queue: jobs, deadLetter: failed }],
});
const project = defineProject({
  systems: [system("shop", [orders, jobs, failed, fonts, api])],
  stages: [{ name: "dev" }, { name: "prod", suffix: "", protected: true, ownsShared: true }],
});

const store = database({ name: "orders-dev", id: "22222222-2222-4222-8222-222222222222" }, { stack: "dev" });
const version = (binding: object, more: Partial<Written> = {}): Written => ({
  stack: "dev",
  type: types.version,
  name: "shop/api",
  props: { bindings: [{ name: "B", ...binding }] },
  ...more,
});
const consumer = (props: object): Written => ({
  stack: "dev",
  type: types.consumer,
  name: "shop/api/jobs",
  props: { ...props },
});
const options = { project };

holds(stagesKeepApart, {
  good: [
    {
      is: "a stage's own database, by its id",
      has: [store, version({ type: "d1", databaseId: "22222222-2222-4222-8222-222222222222" })],
      options,
    },
    {
      is: "a database that this stack is about to make",
      has: [store, version({ type: "d1", databaseId: unknownValue }, { waitsFor: [store] })],
      options,
    },
    { is: "what stages share", has: version({ type: "r2_bucket", bucketName: "fonts" }), options },
    {
      is: "a worker that no stage has",
      has: version({ type: "service", service: "of-another-team" }),
      options,
    },
    {
      is: "a stage's own queues",
      has: consumer({ deadLetterQueue: "failed-dev", scriptName: "api-dev" }),
      options,
    },
  ],
  bad: [
    {
      is: "another stage's database, by its id",
      has: [store, version({ type: "d1", databaseId: "11111111-1111-4111-8111-111111111111" })],
      options,
      says: ["the binding B reaches shop/orders of stage prod"],
    },
    {
      is: "a database by an id that nobody declares",
      has: [store, version({ type: "d1", databaseId: "33333333-3333-4333-8333-333333333333" })],
      options,
      says: ["by an id that no resource of stack dev has"],
    },
    {
      is: "another stage's worker",
      has: version({ type: "service", service: "api" }),
      options,
      says: ["reaches shop/api of stage prod"],
    },
    {
      is: "another stage's queue",
      has: version({ type: "queue", queueName: "jobs" }),
      options,
      says: ["reaches shop/jobs of stage prod"],
    },
    {
      is: "another stage's dead letter queue",
      has: consumer({ deadLetterQueue: "failed" }),
      options,
      says: ["its dead letter queue reaches shop/failed of stage prod"],
    },
  ],
  unknown: [
    {
      is: "an id that comes from nothing of this stack",
      has: version({ type: "d1", databaseId: unknownValue }),
      options,
    },
  ],
});

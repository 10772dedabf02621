import { expect, test } from "vitest";
import { check } from "../declare/check/index.ts";
import { d1, perStage, r2, secret, system, worker } from "../declare/index.ts";
import { physicalName, textStage } from "../declare/physical-name.ts";
import { UserError } from "../diagnostic/user-error.ts";
import { isSeeded } from "../migrations/apply/seeds.ts";
import { defineProject } from "./project.ts";
import { isPullRequestStage, type PullRequestStages } from "./pull-requests.ts";
import { withPullRequests } from "./with-pull-requests.ts";

const files = r2("files", { shared: true, physicalName: "files" });
const orders = d1("orders", { adopt: { dev: "023e105f-4ece-f8ad-9ca3-1a8372d0c353" } });
const api = worker("api", {
  main: "cli/main.ts",
  compatibilityDate: "2026-01-01",
  env: {
    DB: orders,
    FILES: files,
    LEVEL: perStage({ dev: "debug", prod: "info" }),
    KEY: secret("key", { optional: true, fallback: { dev: "of-dev" } }),
  },
});
const shop = system("shop", [orders, files, api], { stages: ["dev", "prod"] });
const project = (pullRequests: PullRequestStages = {}) =>
  defineProject({
    systems: [shop],
    stages: [{ name: "dev" }, { name: "prod", suffix: "", protected: true, ownsShared: true }],
    pullRequests,
  });
const stage = (name: string) => {
  const found = withPullRequests(project(), [name]).stages.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
};

test("a pull request has a stage of its own, where the project lets them have any", () => {
  expect(stage("pr-12")).toMatchObject({
    nameSuffix: "-pr-12",
    protected: false,
    embeddedAccount: "pull-requests",
    like: "dev",
  });
  expect(
    withPullRequests(project(), ["pr-12", "pr-12", "dev", "pr-x"]).stages.map(({ name }) => name),
  ).toEqual(["dev", "prod", "pr-12"]);
  const none = defineProject({ systems: [shop], stages: [{ name: "dev" }] });
  expect(withPullRequests(none, ["pr-12"])).toBe(none);
});

test("it has names of its own for everything, also for what other stages share, and takes over nothing", () => {
  const [own, dev, prod] = [stage("pr-12"), stage("dev"), stage("prod")];
  for (const resource of shop.resources) {
    expect(physicalName(resource, own)).toBe(`${resource.name}-pr-12`);
    expect([physicalName(resource, dev), physicalName(resource, prod)]).not.toContain(
      physicalName(resource, own),
    );
    expect(physicalName(resource, stage("pr-1"))).not.toBe(physicalName(resource, own));
  }
  expect(own.name in (orders.adopt ?? {})).toBe(false);
});

test("its texts are those of the stage that it is like, so that nothing is missing in it", () => {
  expect(textStage(stage("pr-12"))).toBe("dev");
  expect(check([shop], stage("pr-12"), { stageNames: ["dev", "prod", "pr-12"], root: "." })).toEqual([]);
  expect(textStage(stage("prod"))).toBe("prod");
});

test("only a stage of a pull request, dev and staging are ever seeded", () => {
  for (const name of ["pr-1", "pr-12", "pr-0", "pr-01", "pr-", "pr-1x", "xpr-1", "pr-1234567890", "prod"])
    expect(isSeeded(name)).toBe(isPullRequestStage(name));
});

test.each<[string, () => unknown, RegExp]>([
  ["like a stage that there is none of", () => project({ like: "qa" }), /like a stage that there is none of/],
  ["a lease of no time", () => project({ leaseHours: 0 }), /A lease has to be whole hours/],
  ["an account that is no name", () => project({ embeddedAccount: "My Account" }), /An account's name/],
  [
    "a stage that has such a name",
    () => defineProject({ systems: [shop], stages: [{ name: "pr-12", protected: true }] }),
    /A stage has the name of a pull request's/,
  ],
])("%s is refused", (_what, make, reason) => {
  expect(make).toThrow(UserError);
  expect(make).toThrow(reason);
});

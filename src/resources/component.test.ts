import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { expect, test } from "vitest";
import project from "../../project.ts";
import {
  aiGateway,
  d1,
  hyperdrive,
  kv,
  queue,
  r2,
  secret,
  system,
  vectorize,
  worker,
} from "../declare/index.ts";
import { Provider } from "./cloudflare.ts";
import type { Context } from "./context.ts";
import { kinds } from "./kinds/kinds.ts";
import { Bucket } from "./stores/buckets/bucket.ts";
import { Database } from "./stores/database.ts";
import { Gateway } from "./stores/gateway.ts";
import { HyperdriveComponent } from "./stores/hyperdrive-config.ts";
import { IndexOfVectors } from "./stores/index-of-vectors.ts";
import { MessageQueue } from "./stores/message-queue.ts";
import { Namespace } from "./stores/namespace.ts";
import { WorkerComponent } from "./workers/shell.ts";

/** Runs a program against the SDK's mocks; gives what it would have sent to the engine for each resource. */
async function requestsOf(program: (context: Context) => void): Promise<readonly RegisterResourceRequest[]> {
  const requests: RegisterResourceRequest[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: `${name}#id`, state: inputs }),
    call: ({ inputs }) => inputs,
  });
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined) throw new Error("there is no monitor");
  const register: unknown = Reflect.get(monitor, "registerResource");
  if (typeof register !== "function") throw new Error("the monitor registers nothing");
  Object.assign(monitor, {
    registerResourceHook: (_request: unknown, answer: (error: null, response: object) => void) =>
      answer(null, {}),
    registerResource: (request: RegisterResourceRequest, ...rest: readonly unknown[]): unknown => {
      requests.push(request);
      return Reflect.apply(register, monitor, [request, ...rest]);
    },
  });
  const [stage] = project.stages;
  if (stage === undefined) throw new Error("there are no stages");
  await pulumi.runtime.runInPulumiStack(async () => {
    program({
      stage,
      accountId: "0123456789abcdef0123456789abcdef",
      real: true,
      ownsShared: true,
      adoptable: new Set(),
      unmade: new Set(),
      foreign: new Map(),
      forced: new Set(),
      moves: new Map(),
      halfMade: new Map(),
      provider: new Provider("cloudflare", {}),
      target: new pulumi.ComponentResource("test:Target", "target"),
      system: system("s", []),
      secrets: { password: "p" },
      beforeVersion: [],
      zoneIds: new Map(),
      contracts: {},
      approvals: [],
      hooks: {},
    });
    return {};
  });
  await pulumi.runtime.disconnect();
  return requests;
}

type Build = (context: Context, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

const components: { readonly [Kind in keyof typeof kinds]: Build } = {
  d1: (context, opts) => new Database("s/one", { declared: d1("one"), context }, opts),
  r2: (context, opts) => new Bucket("s/one", { declared: r2("one"), context }, opts),
  kv: (context, opts) => new Namespace("s/one", { declared: kv("one"), context }, opts),
  vectorize: (context, opts) =>
    new IndexOfVectors(
      "s/one",
      { declared: vectorize("one", { dimensions: 3, metric: "cosine" }), context },
      opts,
    ),
  queue: (context, opts) => new MessageQueue("s/one", { declared: queue("one"), context }, opts),
  hyperdrive: (context, opts) =>
    new HyperdriveComponent(
      "s/one",
      {
        declared: hyperdrive("one", {
          origin: { host: "h", database: "d", user: "u", password: secret("password") },
        }),
        context,
      },
      opts,
    ),
  aiGateway: (context, opts) => new Gateway("s/one", { declared: aiGateway("one"), context }, opts),
  worker: (context, opts) =>
    new WorkerComponent(
      "s/one",
      {
        declared: worker("one", { main: "x.ts", compatibilityDate: "2026-01-01" }),
        context,
        after: [],
        inCycle: false,
      },
      opts,
    ),
};

for (const [kind, build] of Object.entries(components)) {
  const { component, type } = Object.values(kinds).find((each) => each.kind === kind) ?? {};
  const pair = (requests: readonly RegisterResourceRequest[]) =>
    [component, type].map((one) => requests.find((request) => request.getType() === one));

  test(`${kind}: what a component's options say reaches the resource in it`, async () => {
    const [outer, inner] = pair(
      await requestsOf((context) =>
        build(context, {
          provider: context.provider,
          aliases: [{ name: "s/old" }],
          ignoreChanges: ["name"],
          customTimeouts: { create: "9m" },
          protect: true,
          retainOnDelete: true,
          transformations: [
            ({ type: of, props, opts }) =>
              of === type ? { props: { ...props, accountId: "transformed" }, opts } : undefined,
          ],
        }),
      ),
    );
    // The engine gives a component's aliases to what is in it.
    expect(outer?.getAliasesList().map((alias) => alias.getSpec()?.getName())).toEqual(["s/old"]);
    expect(outer?.getName()).toBe("s/one");
    expect(inner?.getIgnorechangesList()).toEqual(["name"]);
    expect(inner?.getCustomtimeouts()?.getCreate()).toBe("9m");
    expect([inner?.getProtect(), inner?.getRetainondelete()]).toEqual([true, true]);
    expect(inner?.getObject()?.toJavaScript()).toMatchObject({ accountId: "transformed" });
  });

  test(`${kind}: without options the resource has its own, and the component none`, async () => {
    const [outer, inner] = pair(await requestsOf((context) => build(context)));
    expect([inner?.getProtect(), inner?.getRetainondelete(), inner?.getIgnorechangesList()]).toEqual([
      false,
      false,
      [],
    ]);
    expect(outer?.getAliasesList()).toEqual([]);
    expect(inner?.getParent()).toContain(`${component}::s/one`);
  });
}

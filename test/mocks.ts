import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime/mocks.js";
import { z } from "zod";
import project from "../project.ts";
import type { Bundle, Code } from "../src/bundle/bundle.ts";
import { workersOf } from "../src/declare/graph.ts";
import type { System, Worker } from "../src/declare/index.ts";
import { unwrapped } from "../src/engine/property-values.ts";
import type { Prepared } from "../src/program/deploy.ts";
import { deploy } from "../src/program/deploy.ts";
import type { Outputs } from "../src/program/outputs.ts";
import type { Settings } from "../src/settings/settings.ts";

const { stages } = project;

/** A registered resource as the engine would see it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The id of the existing resource that is taken over; undefined when it is made anew. */
  readonly importId: string | undefined;
}

export interface Deployed {
  readonly resources: readonly Registered[];
  /** The one resource of a type and name. */
  readonly of: (type: string, name: string) => Registered;
  readonly outputs: Outputs;
}

export const accountId = "0123456789abcdef0123456789abcdef";

/** Settings of a stage on a real account; parts can be given. */
export function settingsFor(
  systems: readonly System[],
  given: Partial<Settings> & { readonly stageName?: string } = {},
): Settings {
  const stage = stages.find(({ name }) => name === (given.stageName ?? "dev"));
  if (stage === undefined) throw new Error(`no stage ${given.stageName}`);
  return {
    stage,
    stages,
    target: { kind: "cloudflare", accountId },
    systems,
    retired: [],
    approvals: [],
    rollouts: {},
    contracts: {},
    forgotten: {},
    smoke: false,
    secrets: {},
    ...given,
  };
}

/** Runs the program's deployment against no engine at all; what is registered is kept. @param adoptable ids that the account has */
export async function deployed(
  settings: Settings,
  adoptable: ReadonlySet<string> = new Set(),
): Promise<Deployed> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }: MockResourceArgs) => {
        resources.push({ type, name, inputs: asReceived(inputs), importId: id === "" ? undefined : id });
        return {
          id: `${name}#id`,
          state: { ...inputs, ...(type.endsWith(":Queue") && { queueId: `${name}#queue` }) },
        };
      },
      call: ({ inputs }) => inputs,
    },
    "lockstep",
    settings.stage.name,
  );
  withHooks(pulumi.runtime.getMonitor());
  const code = new Map(settings.systems.flatMap(workersOf).map((worker) => [worker, codeOf(worker)]));
  const prepared: Prepared = {
    root: import.meta.dirname,
    code,
    zoneIds: zonesOf(settings.systems),
    contracted: new Set(),
    moves: new Map(),
    halfMade: new Map(),
    adoptable,
    unmade: new Set(),
    state: [],
    byHand: { foreign: new Map(), forced: new Set(), repairs: [] },
  };
  let outputs: Outputs | undefined;
  await pulumi.runtime.runInPulumiStack(async () => {
    outputs = deploy(settings, prepared);
    return {};
  });
  await pulumi.runtime.disconnect();
  if (outputs === undefined) throw new Error("the program gave no outputs");
  return {
    resources,
    outputs,
    of(type, name) {
      const found = resources.filter((each) => each.type === type && each.name === name);
      const [only] = found;
      if (only === undefined || found.length > 1)
        throw new Error(`${found.length} resources ${type} ${name}`);
      return only;
    },
  };
}

const plain = z.record(z.string(), z.unknown());

/** Inputs as the provider receives them: without the mark that makes a value secret, which the test of secrets looks for itself. */
const asReceived = (inputs: unknown): Record<string, unknown> => plain.parse(unwrapped(inputs));

/** The SDK's mock monitor knows no hooks, and a resource with one would wait for ever. */
function withHooks(monitor: object | undefined): void {
  const accept = (_request: unknown, answer: (error: null, response: object) => void): void =>
    answer(null, {});
  if (monitor !== undefined)
    Object.assign(monitor, { registerResourceHook: accept, registerErrorHook: accept });
}

/** Zones whose ids say what they were asked for. */
const zonesOf = (systems: readonly System[]): ReadonlyMap<string, string> =>
  new Map(
    systems
      .flatMap(workersOf)
      .flatMap(({ domains, routes }) => [
        ...Object.values(domains).flat(),
        ...Object.values(routes).flatMap((list) =>
          list.map((each) => ("zoneName" in each ? each.zoneName : "")),
        ),
      ])
      .map((name) => [name, `zone of ${name}`]),
  );

const codeOf = (worker: Worker): Code => ({
  bundle: worker.main === undefined ? undefined : bundleOf(worker),
  site: worker.assets === undefined ? undefined : { directory: worker.assets.directory, modules: [] },
});

const bundleOf = (worker: Worker): Bundle => ({
  digest: worker.name,
  mainModule: "index.js",
  modules: [
    {
      name: "index.js",
      contentType: "application/javascript+module",
      contentFile: `.lockstep/bundles/${worker.name}/index.js`,
    },
  ],
});

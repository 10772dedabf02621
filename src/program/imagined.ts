import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime/mocks.js";
import type { Code } from "../bundle/bundle.ts";
import { workersOf } from "../declare/graph.ts";
import type { System, Worker } from "../declare/index.ts";
import { unwrapped } from "../engine/property-values.ts";
import type { Settings } from "../settings/settings.ts";
import { deploy, type Prepared } from "./deploy.ts";
import type { Outputs } from "./outputs.ts";

/** A resource that the program registers, as the engine would be told of it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** In clear: without the mark that makes a value secret. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What it would have besides: ids that are made up. */
  readonly made: Readonly<Record<string, unknown>>;
  /** The id of the existing resource that is taken over; undefined when it is made anew. */
  readonly importId: string | undefined;
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
}

export interface Imagined {
  readonly resources: readonly Registered[];
  readonly outputs: Outputs;
}

const realAccount = { kind: "cloudflare", accountId: "0123456789abcdef0123456789abcdef" } as const;

/** Settings of a stage of a real account in which nobody has decided anything; what is given takes their place. */
export const plainSettings = (
  given: Pick<Settings, "stage" | "stages" | "systems"> & Partial<Settings>,
): Settings => ({
  target: realAccount,
  retired: [],
  approvals: [],
  release: undefined,
  promoted: undefined,
  signingKey: undefined,
  publicKeys: [],
  rollouts: {},
  contracts: {},
  forgotten: {},
  switched: {},
  smoke: false,
  backup: undefined,
  secrets: {},
  ...given,
});

/**
 * Runs the program against no engine and no account, as if everything that it makes were there. No worker is bundled: what a resource says of code is made up.
 * One at a time: Pulumi's runtime is one for the process.
 * @param adoptable ids that the account has
 */
export async function imagined(
  settings: Settings,
  adoptable: ReadonlySet<string> = new Set(),
): Promise<Imagined> {
  const resources: Registered[] = [];
  const options = new Map<string, Options>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }: MockResourceArgs) => {
        const made = { id: `${name}#id`, ...(type.endsWith(":Queue") && { queueId: `${name}#queue` }) };
        resources.push({
          type,
          name,
          inputs: opened(inputs),
          made,
          importId: id === "" ? undefined : id,
          ...(options.get(keyOf(type, name)) ?? { protect: false, deleteBeforeReplace: false }),
        });
        return { id: made.id, state: { ...inputs, ...made } };
      },
      call: ({ inputs }) => inputs,
    },
    "lockstep",
    settings.stage.name,
  );
  listen(pulumi.runtime.getMonitor(), options);
  let outputs: Outputs | undefined;
  await pulumi.runtime.runInPulumiStack(async () => {
    outputs = deploy(settings, prepared(settings, adoptable));
    return {};
  });
  await pulumi.runtime.disconnect();
  if (outputs === undefined) throw new Error("the program gave no outputs");
  return { resources, outputs };
}

type Options = Pick<Registered, "protect" | "deleteBeforeReplace">;

const keyOf = (type: string, name: string): string => `${type}::${name}`;

/** What a registration says that the SDK does not pass on to mocks. */
interface Registration {
  getType(): string;
  getName(): string;
  getProtect(): boolean;
  getDeletebeforereplace(): boolean;
}

interface Monitor {
  registerResource(request: Registration, answer: unknown): unknown;
}

const isMonitor = (value: object | undefined): value is Monitor =>
  value !== undefined && "registerResource" in value && typeof value.registerResource === "function";

/** The SDK's mock monitor knows no hooks, and a resource with one would wait for ever; nor does it tell of options. */
function listen(monitor: object | undefined, options: Map<string, Options>): void {
  if (!isMonitor(monitor)) throw new Error("Pulumi's runtime has no monitor");
  const accept = (_request: unknown, answer: (error: null, response: object) => void): void =>
    answer(null, {});
  const register = monitor.registerResource.bind(monitor);
  Object.assign(monitor, {
    registerResourceHook: accept,
    registerErrorHook: accept,
    registerResource: (request: Registration, answer: unknown) => {
      options.set(keyOf(request.getType(), request.getName()), {
        protect: request.getProtect(),
        deleteBeforeReplace: request.getDeletebeforereplace(),
      });
      return register(request, answer);
    },
  });
}

const prepared = ({ systems }: Settings, adoptable: ReadonlySet<string>): Prepared => ({
  root: import.meta.dirname,
  code: new Map(systems.flatMap(workersOf).map((worker) => [worker, codeOf(worker)])),
  zoneIds: zonesOf(systems),
  contracted: new Set(),
  moves: new Map(),
  halfMade: new Map(),
  adoptable,
  unmade: new Set(),
  state: [],
  approved: [],
  byHand: { foreign: new Map(), forced: new Set(), repairs: [] },
});

const opened = (inputs: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, unwrapped(value)]));

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
  bundle:
    worker.main === undefined
      ? undefined
      : {
          digest: worker.name,
          mainModule: "index.js",
          modules: [
            {
              name: "index.js",
              contentType: "application/javascript+module",
              contentFile: `.lockstep/bundles/${worker.name}/index.js`,
            },
          ],
        },
  site: worker.assets === undefined ? undefined : { directory: worker.assets.directory, modules: [] },
});

import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "./bundle/bundle.ts";
import type { Settings } from "./config.ts";
import type { System, Worker } from "./declare/index.ts";
import { physicalName } from "./declare/physical-name.ts";
import { Guard } from "./dynamic/guard.ts";
import { Target } from "./dynamic/target.ts";
import { identities } from "./identities.ts";
import { Provider } from "./provider.ts";
import type { Context } from "./resources/context.ts";
import { adviceOnError } from "./resources/hooks.ts";
import { deployStores } from "./resources/stores.ts";
import { type DeployedWorker, deployWorkers } from "./resources/workers.ts";

/** What a stack tells about itself when it is up, by `<system>/<worker>`. */
export interface Outputs {
  readonly urls: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Registers every resource of the stack. Settings and systems have been checked, and all code is bundled. */
export function deploy(settings: Settings, bundles: ReadonlyMap<Worker, Bundle>): Outputs {
  const { stage, target } = settings;
  const { accountId } = target;
  const first = new Target("target", {
    target: target.kind,
    accountId,
    systems: Object.fromEntries(settings.systems.map((system) => [system.name, identities(system, stage)])),
    retired: settings.retired,
  });
  const provider = new Provider(
    "cloudflare",
    target.kind === "embedded" ? { baseUrl: target.baseUrl, apiToken: pulumi.secret(target.token) } : {},
    {
      dependsOn: [first],
    },
  );
  const all: pulumi.Resource[] = [first, provider];
  const hooks = { onError: [adviceOnError(stage)] };
  const outputs = settings.systems.map((system) => {
    const context: Context = {
      stage,
      accountId,
      real: target.kind === "cloudflare",
      provider,
      target: first,
      hooks,
      system,
    };
    const stores = deployStores(system, context);
    const workers = deployWorkers(system, context, {
      stores,
      bundles,
      rollouts: settings.rollouts,
      secrets: settings.secrets,
    });
    all.push(
      ...stores.all,
      ...[...workers.values()].flatMap(({ worker, version, deployment, triggers }) => [
        worker.shell,
        version,
        deployment,
        ...triggers,
      ]),
    );
    return { urls: urlsOf(system, settings), versions: versionsOf(system, workers) };
  });
  if (stage.protected) new Guard("guard", { dependsOn: all, protect: true });
  return {
    urls: merged(outputs.map(({ urls }) => urls)),
    versions: merged(outputs.map(({ versions }) => versions)),
  };
}

const merged = <Value>(records: readonly Readonly<Record<string, Value>>[]): Record<string, Value> =>
  Object.assign({}, ...records);

const versionsOf = (
  system: System,
  workers: ReadonlyMap<Worker, DeployedWorker>,
): Record<string, pulumi.Output<string>> =>
  Object.fromEntries(
    [...workers].map(([worker, { version }]) => [`${system.name}/${worker.name}`, version.id]),
  );

/** Addresses of the workers that answer the world. A real account's workers.dev name is known to Cloudflare only. */
function urlsOf(system: System, { stage, target }: Settings): Record<string, string> {
  if (target.kind === "cloudflare") return {};
  const answering = system.resources.filter((resource) => resource.kind === "worker" && resource.workersDev);
  const url = (name: string): string =>
    `${target.front.replace("<worker>", name).replace("<account>", target.accountName)}/`;
  return Object.fromEntries(
    answering.map((worker) => [`${system.name}/${worker.name}`, url(physicalName(worker, stage))]),
  );
}

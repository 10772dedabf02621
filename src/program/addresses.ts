import { embeddedUrl, workersDevUrl } from "../cloudflare/worker-url.ts";
import { workersOf } from "../declare/graph.ts";
import type { System, Worker } from "../declare/index.ts";
import { physicalName } from "../declare/physical-name.ts";
import type { Stage } from "../project/stage.ts";
import type { Settings } from "../settings/settings.ts";

/**
 * The address to open of each worker that has one, with a final slash. On the embedded target its own; on a real account
 * its first custom domain, or else that of its workers.dev subdomain, or else what its first route begins with.
 */
export function urlsOf(
  system: System,
  { stage, target }: Pick<Settings, "stage" | "target">,
  subdomain: string | undefined,
): Record<string, string> {
  const ownUrl = (worker: Worker): string | undefined => {
    if (!worker.workersDev) return undefined;
    const script = physicalName(worker, stage);
    if (target.kind === "embedded") return `${embeddedUrl(target.front, script, target.accountName)}/`;
    return subdomain === undefined ? undefined : `${workersDevUrl(subdomain, script)}/`;
  };
  return Object.fromEntries(
    workersOf(system).flatMap((worker) => {
      const url =
        target.kind === "embedded"
          ? ownUrl(worker)
          : (domainUrl(worker, stage) ?? ownUrl(worker) ?? routeUrl(worker, stage));
      return url === undefined ? [] : [[`${system.name}/${worker.name}`, url]];
    }),
  );
}

/** The custom domains of each worker in a stage, and the patterns of zones that it answers. */
export const routesOf = (system: System, stage: Pick<Stage, "name">): Record<string, readonly string[]> =>
  Object.fromEntries(
    workersOf(system).flatMap((worker) => {
      const patterns = (worker.routes[stage.name] ?? []).map(({ pattern }) => pattern);
      const all = [...(worker.domains[stage.name] ?? []), ...patterns];
      return all.length === 0 ? [] : [[`${system.name}/${worker.name}`, all]];
    }),
  );

function domainUrl({ domains }: Worker, { name }: Pick<Stage, "name">): string | undefined {
  const [first] = domains[name] ?? [];
  return first === undefined ? undefined : `https://${first}/`;
}

/** `example.com/api/*` answers at `https://example.com/api/`; a pattern with a star further ahead is no one address. */
function routeUrl(worker: Worker, stage: Pick<Stage, "name">): string | undefined {
  const patterns = (worker.routes[stage.name] ?? []).map(({ pattern }) => pattern.replace(/\*$/, ""));
  const plain = patterns.find((pattern) => !pattern.includes("*"));
  return plain === undefined ? undefined : `https://${plain.replace(/^https?:\/\//, "")}`;
}

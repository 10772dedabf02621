import { workersOf } from "../declare/graph.ts";
import type { Settings } from "../settings/settings.ts";

/** What is declared and deployed, and does nothing on the embedded target: one line each. */
export const notRunHere = ({ systems, target }: Pick<Settings, "systems" | "target">): readonly string[] =>
  target.kind === "cloudflare"
    ? []
    : systems.flatMap((system) =>
        workersOf(system)
          .filter(({ tailConsumers = [] }) => tailConsumers.length > 0)
          .map(
            ({ name }) =>
              `${system.name}/${name}: the embedded Cloudflare keeps tailConsumers and delivers no events; a real account does`,
          ),
      );

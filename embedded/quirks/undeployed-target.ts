import { askForVersion, withWorker } from "./probing.ts";
import type { Quirk } from "./quirk.ts";

export const undeployedTarget: Quirk = {
  name: "undeployed-target",
  what: "A service binding of a Worker that exists but was never deployed is refused like one of a Worker that does not exist (10143); a Durable Object binding likewise (10061). Believed, not verified.",
  source: "https://github.com/cloudflare/workers-sdk/issues/2968",
  date: "2023-03-31",
  probe:
    "POST /accounts/$A/workers/workers {name: probe-shell}, then upload a version of another Worker with a service binding of probe-shell: is it refused, and with which code?",
  isSeen: (account) =>
    withWorker(account, (shell) =>
      withWorker(account, async (caller) => {
        const service = await askForVersion(account, caller, [
          { type: "service", name: "SHELL", service: shell },
        ]);
        const objects = await askForVersion(account, caller, [
          { type: "durable_object_namespace", name: "SHELL", class_name: "Room", script_name: shell },
        ]);
        return (
          service.kind === "refused" &&
          service.code === 10143 &&
          objects.kind === "refused" &&
          objects.code === 10061
        );
      }),
    ),
};

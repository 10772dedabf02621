import type { Worker } from "../../declare/index.ts";
import { type NamingStage, physicalName } from "../../declare/physical-name.ts";
import type { inputs, WorkerVersionArgs } from "../cloudflare.ts";

/** Everything explicit: what is left out, the API fills in, and a later plan would show it as a change, or keep what was there. */
export const scriptSettings = (declared: Worker, stage: NamingStage) => ({
  logpush: declared.logpush ?? false,
  observability: observabilityOf(declared),
  subdomain: { enabled: declared.workersDev, previewsEnabled: declared.previewUrls ?? false },
  tags: [],
  // By their names: the order of shells is said by dependsOn.
  tailConsumers: (declared.tailConsumers ?? []).map((tail) => ({ name: physicalName(tail, stage) })),
});

function observabilityOf({ observability = {} }: Worker): inputs.WorkerObservability {
  const { enabled = true, headSamplingRate = 1, logs = {}, traces = {} } = observability;
  return {
    enabled,
    headSamplingRate,
    logs: {
      enabled: logs.enabled ?? enabled,
      headSamplingRate: logs.headSamplingRate ?? 1,
      invocationLogs: logs.invocationLogs ?? true,
      persist: logs.persist ?? true,
      destinations: [...(logs.destinations ?? [])],
    },
    traces: {
      enabled: traces.enabled ?? false,
      headSamplingRate: traces.headSamplingRate ?? 1,
      persist: traces.persist ?? true,
      destinations: [...(traces.destinations ?? [])],
    },
  };
}

/** Settings that are part of a version. Only what is declared: Cloudflare gives back no others, and states from before have none. */
export function versionSettings({
  placement,
  limits,
}: Worker): Pick<WorkerVersionArgs, "placement" | "limits"> {
  return {
    ...(placement !== undefined && {
      placement: placement === "smart" ? { mode: "smart" } : { mode: "targeted", ...placement },
    }),
    ...(limits !== undefined && {
      limits: {
        ...(limits.cpuMs !== undefined && { cpuMs: limits.cpuMs }),
        ...(limits.subRequests !== undefined && { subrequests: limits.subRequests }),
      },
    }),
  };
}

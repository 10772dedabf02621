import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "../../src/project/stage.ts";
import type { Effects } from "../../src/release/driver/driver.ts";
import type { Run } from "../stack/engine/pulumi.ts";
import { readOutputs } from "../stack/outputs/read-outputs.ts";
import { openSecrets } from "./beginning/open-secrets.ts";
import { runHook } from "./hooks/run-hook.ts";
import { secretValues } from "./hooks/secret-values.ts";
import { smoke } from "./override/smoke.ts";
import { warmUp } from "./override/warm-up.ts";

/** A couple of seconds, says Cloudflare; this is more. */
const spreadMs = 5_000;

/** What a release does beside its steps: hooks, and requests that only the new versions get. */
export function besideOf(
  stage: Stage,
  run: Run,
  target: "embedded" | "cloudflare",
): Pick<Effects, "hook" | "smoke" | "warmUp"> {
  const { root, env } = run;
  const ofStack = openSecrets(stage, run);
  const urls = async (): Promise<Readonly<Record<string, string>>> =>
    (await readOutputs(stage, run))?.urls ?? {};
  return {
    async hook(hook, told, signal) {
      const secrets = await secretValues(hook.secrets, `hook ${hook.label}`, env, ofStack);
      return runHook(hook, told, secrets, { root, env, signal });
    },
    async smoke({ conduct, workers }) {
      // Until a deployment is everywhere, an override that is not known there gets the stable version, and nothing says so.
      if (target === "cloudflare" && conduct.smoke.length > 0) await sleep(spreadMs);
      return smoke(conduct.smoke, {
        workers,
        urls: await urls(),
        secretsOf: ({ worker, path, secrets }) =>
          secretValues(secrets, `smoke test ${path} of ${worker}`, env, ofStack),
        sleep: (ms) => sleep(ms),
      });
    },
    async warmUp(warmUps, workers, signal) {
      return warmUp(warmUps, workers, await urls(), { signal, sleep: (ms) => sleep(ms) });
    },
  };
}

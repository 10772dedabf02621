import { exchange } from "../../../src/cloudflare/exchange.ts";
import type { PlannedHook } from "../../../src/release/hooks/conduct.ts";
import type { HookEnd, Told } from "../../../src/release/hooks/told.ts";
import { maskedEnd } from "./mask.ts";
import { runCommand } from "./run-command.ts";

/** What a command finds of the environment: nothing that opens the account or the stack. */
const handedOn = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "TZ", "CI"];

/** Runs a hook: a program without a shell, or one request. A hook that fails is an answer, not an error. */
export async function runHook(
  hook: PlannedHook,
  told: Told,
  secrets: Readonly<Record<string, string>>,
  at: {
    readonly root: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
  },
): Promise<HookEnd> {
  const begun = performance.now();
  const timeoutMs = hook.timeoutSeconds * 1000;
  const { ok, said, output, isCut } =
    "command" in hook
      ? await runCommand(hook.command, {
          ...{ cwd: at.root, timeoutMs, signal: at.signal },
          env: { ...kept(at.env), ...variables(told), ...secrets },
        })
      : await asked(hook, told, secrets, timeoutMs, at.signal);
  const values = Object.values(secrets);
  return {
    ok,
    said: maskedEnd(said, values),
    durationMs: Math.round(performance.now() - begun),
    output: maskedEnd(output, values, isCut),
  };
}

const kept = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    handedOn.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const variables = (told: Told): Record<string, string> => ({
  LOCKSTEP_RELEASE_ID: told.release,
  LOCKSTEP_STAGE: told.stage,
  LOCKSTEP_HOOK: told.hook,
  LOCKSTEP_HOOK_AT: told.point,
  LOCKSTEP_HOOK_KEY: told.key,
  LOCKSTEP_HOOK_ATTEMPT: String(told.attempt),
  LOCKSTEP_STEP: String(told.step),
  LOCKSTEP_STEPS: String(told.steps),
  LOCKSTEP_PERCENT: String(told.percent),
  LOCKSTEP_VERSIONS: JSON.stringify(told.versions),
  ...(told.reason !== undefined && { LOCKSTEP_REASON: told.reason }),
});

async function asked(
  { url, method, expectedStatus }: Extract<PlannedHook, { readonly url: string }>,
  told: Told,
  secrets: Readonly<Record<string, string>>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof runCommand>>> {
  const body = method === "GET" ? {} : { body: JSON.stringify(told) };
  const sent = await exchange(url, {
    ...{ method, timeoutMs, signal, ...body },
    headers: { "content-type": "application/json", "idempotency-key": told.key, ...secrets },
  });
  if (sent.kind === "noAnswer") return { ok: false, said: sent.message, output: "", isCut: false };
  const { status, text } = sent;
  const ok = expectedStatus === undefined ? status >= 200 && status < 300 : status === expectedStatus;
  return { ok, said: `status ${status}`, output: text, isCut: false };
}

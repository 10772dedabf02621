import { exchange } from "../../../src/cloudflare/exchange.ts";
import type { PlannedSmoke } from "../../../src/release/hooks/conduct.ts";
import type { Asked } from "../../../src/release/journal/entry.ts";
import type { Released } from "../../../src/release/plan.ts";
import { maskedEnd } from "../hooks/mask.ts";
import { overrideOf } from "./override.ts";

const attempts = 10;
const pauseMs = 500;
/** Of one answer. */
const patienceMs = 10_000;

/** How a smoke test is asked. */
export interface Asking {
  readonly workers: readonly Released[];
  /** `<system>/<worker>` → its address in this stage. */
  readonly urls: Readonly<Record<string, string>>;
  readonly secretsOf: (request: PlannedSmoke) => Promise<Readonly<Record<string, string>>>;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Asks the new versions, by override. A wrong answer is asked for again for some seconds: it takes that long until a deployment is everywhere.
 * Workers without a new version are left out: nothing of them is new.
 */
export function smoke(requests: readonly PlannedSmoke[], asking: Asking): Promise<readonly Asked[]> {
  const released = new Set(asking.workers.map(({ label }) => label));
  return Promise.all(
    requests.filter(({ worker }) => released.has(worker)).map((request) => askedUntilRight(request, asking)),
  );
}

async function askedUntilRight(request: PlannedSmoke, asking: Asking): Promise<Asked> {
  const { worker, path } = request;
  const base = asking.urls[worker];
  if (base === undefined) return { worker, path, ok: false, said: "it has no address in this stage" };
  const secrets = await asking.secretsOf(request);
  for (let attempt = 1; ; attempt++) {
    const { ok, said } = await answerTo(request, new URL(path, base), {
      ...secrets,
      ...overrideOf(asking.workers),
    });
    if (ok || attempt === attempts)
      return { worker, path, ok, said: maskedEnd(said, Object.values(secrets)) };
    await asking.sleep(pauseMs);
  }
}

async function answerTo(
  { method, headers, body, expectedStatus, contains }: PlannedSmoke,
  url: URL,
  more: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly said: string }> {
  const begun = performance.now();
  const sent = await exchange(url.href, {
    ...{ method, timeoutMs: patienceMs, onlyHead: contains === undefined },
    headers: { ...headers, ...more },
    ...(body !== undefined && { body }),
  });
  if (sent.kind === "noAnswer") return { ok: false, said: sent.message };
  const { status, text } = sent;
  const expected = expectedStatus ?? "2xx";
  const isExpected = expectedStatus === undefined ? status >= 200 && status < 300 : status === expectedStatus;
  if (!isExpected) return { ok: false, said: `status ${status}, expected ${expected}` };
  if (contains !== undefined && !text.includes(contains))
    return {
      ok: false,
      said: `status ${status}, and the answer does not contain ${JSON.stringify(contains)}`,
    };
  return { ok: true, said: `status ${status} in ${Math.round(performance.now() - begun)} ms` };
}

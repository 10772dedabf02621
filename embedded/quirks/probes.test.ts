import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { logInternalErrors } from "../internal-errors.ts";
import { type Embedded, startEmbedded } from "../start.ts";
import { allQuirks } from "./all.ts";
import { ask, type ProbedAccount } from "./probing.ts";

const quirks = await allQuirks();

describe("on the embedded Cloudflare", () => {
  let embedded: Embedded;
  let account: ProbedAccount;
  beforeAll(async () => {
    embedded = await startEmbedded({ log: logInternalErrors });
    account = {
      id: embedded.accounts[0]?.id ?? "",
      connection: {
        baseUrl: embedded.api,
        token: embedded.token,
        front: embedded.front,
        accountNames: Object.fromEntries(embedded.accounts.map(({ id, name }) => [id, name])),
      },
    };
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => embedded.close());

  test.for(quirks)("$name is seen, and its probe leaves nothing behind", async (quirk) => {
    expect(await quirk.isSeen(account)).toBe(true);
    for (const path of ["/d1/database", "/workers/workers"])
      expect(await ask(account, "GET", path)).toEqual({ kind: "done", value: [] });
  });

  // An invocation is recorded a moment after its answer, whatever the setting: a probe may see that it is not there yet.
  test.for(
    quirks.filter(({ name }) => name !== "telemetry-delay"),
  )("$name is not seen where it is switched off", async (quirk) => {
    vi.stubEnv("LOCKSTEP_QUIRKS_OFF", quirk.name);
    expect(await quirk.isSeen(account)).toBe(false);
  });
});

const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: id, LOCKSTEP_REAL_ACCOUNT: agreed } = process.env;
const why =
  agreed !== "1"
    ? "skipped: only with LOCKSTEP_REAL_ACCOUNT=1, as probes make and remove databases and Workers there"
    : token === undefined || id === undefined
      ? "skipped: CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID are not both set"
      : undefined;

describe.skipIf(why !== undefined)(`on a real account${why === undefined ? "" : ` (${why})`}`, () => {
  test.for(quirks)("$name is seen", { timeout: 600_000 }, async (quirk) => {
    const baseUrl = "https://api.cloudflare.com/client/v4";
    expect(await quirk.isSeen({ id: id ?? "", connection: { baseUrl, token: token ?? "" } })).toBe(true);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import { call } from "../../cloudflare/api.ts";
import { s3Of } from "../../cloudflare/s3/s3.ts";
import { stageOf } from "../../project/stage.ts";
import { refusedBucket } from "./backup-bucket.ts";

let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
});
afterAll(() => embedded.close());

test("a bucket that is not there, or that the keys do not open, is refused before anything is made", async () => {
  const connection = { baseUrl: embedded.api, token: embedded.token };
  const accountId = embedded.accounts[1]?.id ?? "";
  await call(connection, "POST", `/accounts/${accountId}/r2/buckets`, { name: "vault" });
  const s3 = await s3Of(connection, accountId);
  const refused = (bucket: string, of: typeof s3 | undefined) =>
    refusedBucket({
      ...{ stage: stageOf({ name: "prod" }), prefix: "embedded/prod/", s3: of, connection: () => connection },
      backup: {
        ...{ recipients: [], by: "worker", to: { bucket, accountId }, provenWithinDays: 7 },
        keep: { daily: 7, weekly: 5, monthly: 12 },
      },
    });
  expect(await refused("vault", undefined)).toEqual([]);
  expect(await refused("vault", s3)).toEqual([]);
  expect(await refused("valt", undefined)).toMatchObject([
    {
      where: "lockstep:backup of stack prod, to",
      expected: "a bucket that is there: vault",
      fix: expect.stringContaining(
        "name vault, if that is meant; or make it: npx wrangler r2 bucket create valt",
      ),
    },
  ]);
  expect(await refused("valt", s3)).toMatchObject([{ got: expect.stringContaining("NoSuchBucket") }]);
  expect(await refused("vault", { ...s3, secret: "0".repeat(64) })).toMatchObject([
    { got: expect.stringContaining("SignatureDoesNotMatch"), fix: expect.stringContaining("set the keys") },
  ]);
});

import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { placeOfTarget } from "../../../src/diagnostic/place.ts";
import { inPlace } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { defineProject } from "../../../src/project/project.ts";
import { signingKeyOf } from "./signing.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-signing-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    private: privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
    public: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
  };
};

test("another private half in the variable is refused with where the right one comes from, and not with a new key", async () => {
  const [own, other] = [pair(), pair()];
  const [stage] = defineProject({ systems: [], stages: [{ name: "prod" }] }).stages;
  if (stage === undefined) throw new Error("no stage");
  const of = { stage, target: "cloudflare" } as const;
  const keys = JSON.stringify([{ key: own.public, since: "2026-11-30T00:00:00Z" }]);
  writeFileSync(join(root, "Pulumi.prod.yaml"), `config:\n  lockstep:publicKeys: ${keys}\n`);
  const exported = (key: string) =>
    writeFileSync(join(root, ".env.prod"), `LOCKSTEP_BACKUP_SIGNING_KEY="${key}"\n`);
  exported(own.private);
  expect(await signingKeyOf(of, root)).toBe(own.private);
  for (const wrong of [other.private, "garbage"]) {
    exported(wrong);
    const error: unknown = await signingKeyOf(of, root).catch((thrown: unknown) => thrown);
    if (!(error instanceof UserError)) throw error;
    const fix = inPlace(error.diagnostic.fix, placeOfTarget("prod", "cloudflare", root));
    expect(fix).toContain("pulumi config get lockstep:signingKey --stack prod");
    expect(fix).not.toContain("--renew");
  }
});

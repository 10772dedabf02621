import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { identityFrom } from "./identity.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep identity "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("whoever may read the key is looked at only where it is one: nobody is told to change the mode of another file", () => {
  mkdirSync(join(folder, "keys"), { mode: 0o755 });
  writeFileSync(join(folder, "passwd"), "root:x:0:0\n", { mode: 0o644 });
  writeFileSync(join(folder, "open.key"), "# public key: age1…\nAGE-SECRET-KEY-1ABC\n", { mode: 0o644 });
  writeFileSync(join(folder, "my.key"), "# public key: age1…\nAGE-SECRET-KEY-1ABC\n", { mode: 0o600 });
  const of = (file: string) => () => identityFrom(file, folder, "prod");
  expect(of("keys")).toThrow(/not a file/);
  expect(of("passwd")).toThrow(/This is no secret key of age/);
  expect(of("open.key")).toThrow(/chmod 600/);
  expect(of("my.key")()).toBe("AGE-SECRET-KEY-1ABC");
});

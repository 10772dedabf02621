import { generateX25519Identity } from "age-encryption";
import { expect, test } from "vitest";
import { notesWith } from "./notes.ts";

test("what a worker notes is opened with its own key alone; what another sealed, or somebody changed, is begun anew", async () => {
  const own = notesWith(await generateX25519Identity());
  const sealed = await own.seal("'mia@example.com',7");
  expect(Buffer.from(sealed, "base64").toString("latin1")).not.toContain("mia@example.com");
  expect(await own.open(sealed)).toBe("'mia@example.com',7");
  expect(await notesWith(await generateX25519Identity()).open(sealed)).toBeUndefined();
  for (const other of ["", "17", sealed.slice(0, -8)]) expect(await own.open(other)).toBeUndefined();
});

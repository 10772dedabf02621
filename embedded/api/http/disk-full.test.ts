import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { diskFullText } from "./disk-full.ts";

test("a full disk is known by what a write says, also below another failure, and by the room that is left", () => {
  const said = [
    Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }),
    new Error("could not keep it", { cause: Object.assign(new Error("quota"), { code: "EDQUOT" }) }),
    new Error("database or disk is full"),
  ];
  for (const error of said)
    expect(diskFullText(error, tmpdir(), 0), error.message).toContain(`${tmpdir()}) is full: the request`);
  const other = new Error("Internal Server Error");
  expect(diskFullText(other, tmpdir(), 0)).toBeUndefined();
  expect(diskFullText(other, "/nowhere/at/all", 0)).toBeUndefined();
  expect(diskFullText(other, tmpdir(), 2 ** 60)).toContain("is full");
});

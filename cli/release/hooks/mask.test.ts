import { expect, test } from "vitest";
import { maskedEnd } from "./mask.ts";

const secret = 'p"ss w/rd+1';

test("a secret is masked in every form in which it is usually printed", () => {
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify({ secret }),
    Buffer.from(secret).toString("base64"),
    `key: ${Buffer.from(secret).toString("base64url")}`,
  ];
  const said = maskedEnd(forms.join("\n"), [secret]);
  expect(said.match(/\*\*\*/g)).toHaveLength(5);
  for (const form of forms.slice(0, 4)) expect(said).not.toContain(form);
});

test("a key of several lines is masked line by line, and the longer of two secrets first", () => {
  expect(maskedEnd("AAAA1111\nthen BBBB2222", ["AAAA1111\nBBBB2222\n"])).toBe("***\nthen ***");
  expect(maskedEnd("abcdef abc", ["abc", "abcdef"])).toBe("*** ***");
});

test("only the end is kept, and a cut through a secret leaves nothing of it", () => {
  const long = maskedEnd(`${"x".repeat(5_000)} the end`, []);
  expect(long).toHaveLength(2_002);
  expect(long.endsWith("the end")).toBe(true);
  expect(maskedEnd("et-of-ours and more than that", ["secret-of-ours"], true)).not.toContain("ours");
});

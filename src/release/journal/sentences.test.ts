import { expect, test } from "vitest";
import { wholeSentences } from "./sentences.ts";

test("a text that is too long ends with a whole sentence, else with a whole word, and says that more was there", () => {
  const text = "The digest is another one. It was served for an hour; a day is wanted. Wait until tomorrow.";
  expect(wholeSentences(text, 200)).toBe(text);
  expect(wholeSentences(text, 80)).toBe(
    "The digest is another one. It was served for an hour; a day is wanted. …",
  );
  expect(wholeSentences(text, 60)).toBe("The digest is another one. It was served for an hour; …");
  expect(wholeSentences(text, 20)).toBe("The digest is …");
  expect(wholeSentences("x".repeat(100), 10)).toBe("xxxxxxxx …");
});

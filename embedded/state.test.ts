import { expect, test } from "vitest";
import { openState } from "./state.ts";

test("a full disk is reported as that, takes the whole transaction back, and leaves a state that goes on", () => {
  const state = openState(":memory:");
  state.sqlite.exec("PRAGMA max_page_count = 12");
  const fill = (): void =>
    state.transaction(() => {
      for (let i = 0; i < 1000; i += 1)
        state.insert("a", "thing", String(i), String(i), { text: "x".repeat(1000) });
    });
  expect(fill).toThrow("database or disk is full");
  expect(state.list("a", "thing")).toEqual([]);
  state.transaction(() => state.insert("a", "thing", "1", "one", {}));
  expect(state.get("a", "thing", "1")?.name).toBe("one");
});

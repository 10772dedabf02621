import { afterEach, expect, test, vi } from "vitest";
import { openState } from "../../state.ts";
import { openInvocations } from "../telemetry/invocations.ts";
import { workerInvocations } from "./worker-invocations.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("analytics lag behind the requests that they count, unless that quirk is off", () => {
  const state = openState(":memory:");
  const invocations = openInvocations(state);
  const nowMs = Date.UTC(2026, 0, 1);
  vi.spyOn(Date, "now").mockReturnValue(nowMs);
  const delayMs = 1_000;
  const common = {
    ...{ account: "a", script: "s", version: "v", wallMs: 1, status: 200, exception: false },
    ...({ event: "fetch", trigger: "GET /" } as const),
  };
  for (const atMs of [nowMs - delayMs - 1, nowMs - delayMs + 1]) invocations.record({ ...common, atMs });
  const sum = { name: "sum", alias: "sum", args: {}, selection: [] };
  const requests = { name: "requests", alias: "requests", args: {}, selection: [] };
  const field = { name: "x", alias: "x", args: {}, selection: [{ ...sum, selection: [requests] }] };
  const counted = (): readonly object[] => workerInvocations({ state }, "a", field);
  expect(counted()).toEqual([{ sum: { requests: 1 } }]);
  vi.stubEnv("LOCKSTEP_QUIRKS_OFF", "telemetry-delay");
  expect(counted()).toEqual([{ sum: { requests: 2 } }]);
  invocations.close();
  state.close();
});

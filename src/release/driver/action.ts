import type { Entry, HookRun } from "../journal/entry.ts";

/** What a release does next. */
export type Action =
  | { readonly do: "prepare" }
  | { readonly do: "smoke" }
  | { readonly do: "hook"; readonly run: Pick<HookRun, "hook" | "point" | "position"> }
  | { readonly do: "say"; readonly line: Omit<Extract<Entry, { kind: "waiting" }>, "kind" | "at"> }
  | { readonly do: "warmUp"; readonly position: number }
  | { readonly do: "deploy"; readonly position: number }
  | { readonly do: "measure"; readonly position: number; readonly gates: readonly string[] }
  | { readonly do: "pass"; readonly position: number; readonly reason: string }
  | { readonly do: "wait"; readonly untilMs: number }
  | { readonly do: "decideAbort"; readonly reason: string }
  | { readonly do: "goBack" }
  | { readonly do: "abort" }
  | { readonly do: "finish" }
  | { readonly do: "nothing" };

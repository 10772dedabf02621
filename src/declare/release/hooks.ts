import type { Secret } from "../values.ts";

/**
 * Something that is run or asked at a moment of a release: before its steps, after them, on the way back.
 *
 * @example
 * const hooks: Hook[] = [
 *   { name: "load-test", at: "beforeStep", command: ["node", "scripts/load.mjs"], timeoutSeconds: 120 },
 *   { name: "tell-chat", at: "onRollback", url: "https://chat.example.com/hook", secrets: { authorization: { env: "CHAT_TOKEN" } } },
 * ];
 */
export type Hook = CommandHook | UrlHook;

/**
 * When a hook is run. `beforeRollout`: the new versions are uploaded and answer nobody yet. `beforeStep` and `afterStep`: each step, once
 * it may be taken, and once it has passed. `afterRollout`: the last step has passed. `onRollback`: the stable versions answer everything again.
 *
 * @example
 * const at: HookPoint = "beforeStep";
 */
export type HookPoint = "beforeRollout" | "beforeStep" | "afterStep" | "afterRollout" | "onRollback";

interface EveryHook {
  /** For people and in the journal; one of its kind in the plan. */
  readonly name: string;
  /** Its moment. */
  readonly at: HookPoint;
  /** After that long it has failed, and is ended. @default 60 */
  readonly timeoutSeconds?: number;
  /** What it is told and nobody else: a variable of the command's environment, or a header of the request → where its value is. @default - none */
  readonly secrets?: Readonly<Record<string, SecretReference>>;
}

/**
 * Where a secret is: a variable in the environment of `just release`, or a secret of the stack. Its value stands in no
 * declaration and in no journal.
 *
 * @example
 * const tokens: SecretReference[] = [{ env: "CHAT_TOKEN" }, secret("chat")];
 */
export type SecretReference = { readonly env: string } | Secret;

/**
 * A hook that is a program: it has failed when it ends with anything but 0.
 *
 * @example
 * const hook: CommandHook = { name: "load-test", at: "beforeStep", command: ["node", "scripts/load.mjs"] };
 */
export interface CommandHook extends EveryHook {
  /** The program and its words, without a shell; run in the project's root. */
  readonly command: readonly [string, ...string[]];
}

/**
 * A hook that is a request: it has failed when it is answered with another status.
 *
 * @example
 * const hook: UrlHook = { name: "tell-chat", at: "afterRollout", url: "https://chat.example.com/hook" };
 */
export interface UrlHook extends EveryHook {
  /** Of http or https. */
  readonly url: string;
  /** Of the request; but for GET with what is known of the release as JSON. @default "POST" */
  readonly method?: "GET" | "POST" | "PUT";
  /** What it has to be answered with. @default - any of 200 to 299 */
  readonly expectedStatus?: number;
}

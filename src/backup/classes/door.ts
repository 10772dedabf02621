import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "../../cloudflare/api.ts";
import { exchange } from "../../cloudflare/exchange.ts";
import { untilReachable } from "../../cloudflare/until-reachable.ts";
import { addressOf } from "../../cloudflare/workers-dev.ts";
import type { Account } from "../account.ts";
import { ask, textOf } from "./ask.ts";
import { framed } from "./framed.ts";
import { removeScript, scriptNames } from "./scripts.ts";
import type { ObjectClass } from "./stored.ts";

/** How an object is found: by its id, or by a name where its namespace is another one than it was backed up from. */
export type By = "id" | "name";

/** A worker of ours that is bound to classes, and calls their objects' export and import. Deployed for a while, with a key of its own. */
export interface Door {
  /** What an object gives out. Throws what it threw. */
  readonly exported: (of: ObjectClass, by: By, object: string) => AsyncIterable<Uint8Array>;
  readonly imported: (
    of: ObjectClass,
    by: By,
    object: string,
    content: AsyncIterable<Uint8Array>,
  ) => Promise<void>;
  readonly close: () => Promise<void>;
}

const prefix = "lockstep-objects-";
const modules = {
  "object-door.js": new URL("../../../workers/lockstep/object-door.js", import.meta.url),
  "is-holder.js": new URL("../../../workers/lockstep/is-holder.js", import.meta.url),
};
/** Whatever wants one so long has ended, or is better begun again. */
const longestMs = 24 * 60 * 60_000;

/** An object that is no longer silent than this is still reading. */
const silenceMs = 120_000;

export async function openDoor(account: Account, classes: readonly ObjectClass[]): Promise<Door> {
  const { connection, accountId } = account;
  const scripts = `/accounts/${accountId}/workers/scripts`;
  await removeLeft(account);
  const script = `${prefix}${Date.now().toString(36)}-${randomBytes(4).toString("hex")}`;
  const key = randomBytes(32).toString("hex");
  await call(connection, "PUT", `${scripts}/${script}`, await upload(classes, key));
  const close = (): Promise<void> => removeScript(account, script);
  try {
    await call(connection, "POST", `${scripts}/${script}/subdomain`, {
      enabled: true,
      previews_enabled: false,
    });
    const address = await addressOf(connection, accountId, script);
    const headers = { authorization: `Bearer ${key}` };
    await untilReachable(
      () => exchange(`${address}/`, { headers, timeoutMs: 40_000 }),
      { name: "The worker that calls Durable Objects", address },
      sleep,
    );
    const urlOf = (of: ObjectClass, by: By, object: string): string =>
      `${address}/${classes.indexOf(of)}/${by}/${encodeURIComponent(object)}`;
    return {
      exported: async function* (of, by, object) {
        const answer = await ask(urlOf(of, by, object), { headers, silenceMs });
        if (answer.status !== 200) throw new Error(await textOf(answer));
        yield* framed(answer.body);
      },
      imported: async (of, by, object, content) => {
        const answer = await ask(urlOf(of, by, object), { headers, silenceMs, content });
        const said = await textOf(answer);
        if (answer.status !== 200) throw new Error(said);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function upload(classes: readonly ObjectClass[], key: string): Promise<FormData> {
  const form = new FormData();
  const metadata = {
    main_module: "object-door.js",
    compatibility_date: "2026-06-01",
    bindings: [
      { name: "KEY", type: "secret_text", text: key },
      ...classes.flatMap(({ script, className, methods }, i) => [
        {
          ...{ name: `CLASS_${i}`, type: "durable_object_namespace" },
          ...{ class_name: className, script_name: script },
        },
        { name: `METHODS_${i}`, type: "plain_text", text: JSON.stringify(methods) },
      ]),
    ],
  };
  form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  for (const [name, file] of Object.entries(modules)) {
    const content = await readFile(file);
    form.set(name, new Blob([content], { type: "application/javascript+module" }), name);
  }
  return form;
}

/** Takes away what runs left that were killed: nobody has their keys any more. One that is younger than a day may be in use. */
async function removeLeft(account: Account): Promise<void> {
  for (const name of await scriptNames(account)) {
    const time = new RegExp(`^${prefix}([0-9a-z]+)-[0-9a-f]{8}$`).exec(name)?.[1];
    if (time !== undefined && Date.now() - Number.parseInt(time, 36) > longestMs)
      await removeScript(account, name);
  }
}

import { readFile } from "node:fs/promises";
import { call } from "../../cloudflare/api.ts";
import type { Account } from "../account.ts";
import type { ObjectClass } from "./stored.ts";

/** The code that a project has of a class. */
export interface ClassCode extends Pick<ObjectClass, "methods"> {
  readonly mainModule: string;
  readonly modules: readonly { readonly name: string; readonly contentType: string; readonly path: string }[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly storage: "sqlite" | "legacy-kv";
}

/** Deploys a class's code under another name, with no binding: objects of its own, which nobody but a drill asks. */
export async function deployStandIn(
  { connection, accountId }: Account,
  script: string,
  className: string,
  code: ClassCode,
): Promise<void> {
  const form = new FormData();
  const metadata = {
    main_module: code.mainModule,
    compatibility_date: code.compatibilityDate,
    compatibility_flags: code.compatibilityFlags,
    bindings: [],
    migrations: {
      new_tag: "drill",
      [code.storage === "sqlite" ? "new_sqlite_classes" : "new_classes"]: [className],
    },
  };
  form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  for (const { name, contentType, path } of code.modules)
    form.set(name, new Blob([await readFile(path)], { type: contentType }), name);
  await call(connection, "PUT", `/accounts/${accountId}/workers/scripts/${script}`, form);
}

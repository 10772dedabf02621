import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A secret that is like no other, with characters that every notation writes otherwise. */
export const canary = (): string => `c4nary/${randomBytes(12).toString("hex")}+"é"&%`;

/** How a secret may stand somewhere: as it is, or as JSON, addresses, base64 and hexadecimal digits write it. */
export function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret);
  // In base64 a text looks otherwise by where it begins; what its neighbours decide is left out.
  const base64 = [0, 1, 2].map((ahead) =>
    Buffer.concat([Buffer.alloc(ahead), bytes])
      .toString("base64")
      .slice(ahead === 0 ? 0 : 4, -4),
  );
  const middle = secret.slice(7, 31);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString("hex"),
    middle,
    ...base64,
  ];
}

/** Files below a folder in which one of the forms stands. Other tests may take folders away meanwhile: nothing is left in those. */
export function filesWith(folder: string, forms: readonly string[]): readonly string[] {
  const wanted = forms.map((form) => Buffer.from(form));
  const names = unlessGone(() => readdirSync(folder, { recursive: true, encoding: "utf8" }));
  return (names ?? []).filter((name) => {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    const bytes = unlessGone(() => readFileSync(path));
    return bytes !== undefined && wanted.some((form) => bytes.includes(form));
  });
}

function unlessGone<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Looks at the list of processes, arguments and all, until it is stopped; gives the lines that had one of the forms. */
export function watchProcesses(forms: readonly string[]): () => readonly string[] {
  const seen = new Set<string>();
  const look = (): void => {
    for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const line = commandLine(id);
      if (forms.some((form) => line.includes(form))) seen.add(line);
    }
  };
  const timer = setInterval(look, 40);
  return () => {
    clearInterval(timer);
    return [...seen];
  };
}

/** Empty for a process that has ended meanwhile. */
function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

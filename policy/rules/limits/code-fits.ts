import { gzipSync } from "node:zlib";
import { carriers } from "../../seen/bindings.ts";
import { isProps, listAt, textAt, unknown } from "../../seen/values.ts";
import { type Context, cannotTell, type ResourceRule, violation, warning } from "../rule.ts";
import { limitSettings } from "./limit-settings.ts";

/** What a worker's code may have, compressed, as Cloudflare's page of limits said in November 2026. */
const mostBytes = { free: 3 * 1024 * 1024, paid: 10 * 1024 * 1024 } as const;

/** What Cloudflare would refuse when it is uploaded, in the middle of an update. */
export const codeFits: ResourceRule = {
  id: "code-fits",
  title: "The code of a worker is, compressed, no larger than the account's plan takes.",
  why: "Cloudflare refuses it (10027) when it is uploaded, and databases have been migrated for it by then.",
  remediation:
    "Find what makes it large (`esbuild --analyze`), serve data as static assets or from R2, or move to the paid plan and say so in `plan`.",
  severity: "medium",
  warns: true,
  levels: { protected: "mandatory", others: "mandatory" },
  settings: limitSettings,
  of: carriers,
  check: (worker, context) => {
    const modules = listAt(worker.props, "modules");
    if (modules === unknown) return [cannotTell(worker, "its code")];
    const code = [
      ...modules.flatMap((module) => (isProps(module) ? bytesOf(module, context) : [])),
      ...bytesOf(worker.props, context),
    ];
    const plan = context.text("plan") === "free" ? "free" : "paid";
    const most = mostBytes[plan];
    const told = (most * context.number("warnPercent")) / 100;
    // Compressing takes long, and makes nothing larger that is worth a word.
    if (sum(code) < told) return [];
    const bytes = sum(code.map((each) => gzipSync(each)));
    const size = `${mebibytes(bytes)} MiB of code, compressed`;
    if (bytes > most)
      return [
        violation(
          `${worker.name} has ${size}; the ${plan} plan takes ${mebibytes(most)}: ${mebibytes(bytes - most)} too many. Serve data as assets or from R2.`,
        ),
      ];
    return bytes < told
      ? []
      : [
          warning(
            `${worker.name} has ${size}, of the ${mebibytes(most)} that the ${plan} plan takes: ${mebibytes(most - bytes)} are left.`,
          ),
        ];
  },
};

const sum = (all: readonly Uint8Array[]): number => all.reduce((total, { length }) => total + length, 0);
const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** The code that a module or a script in one piece holds or names; nothing where it is not known, or not to be read here. */
function bytesOf(props: Parameters<typeof textAt>[0], { read }: Context): readonly Uint8Array[] {
  const [base64, content, file] = ["contentBase64", "content", "contentFile"].map((name) =>
    textAt(props, name),
  );
  if (typeof base64 === "string") return [Buffer.from(base64, "base64")];
  if (typeof content === "string") return [Buffer.from(content)];
  const found = typeof file === "string" ? read(file) : undefined;
  return found === undefined ? [] : [found];
}

import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";
import { splitShellWords } from "./shell-words.ts";

/** `runtime.options` of Pulumi.yaml or PulumiPolicy.yaml, as the official host reads them. */
export interface RuntimeOptions {
  /** Arguments for Node itself, before the script. */
  readonly nodeArguments: readonly string[];
  /** What the SDK's entry script reads from its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @throws Error with the official host's words when an option has the wrong type */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const given: Record<string, unknown> = info?.getOptions()?.toJavaScript() ?? {};
  const typescript = given.typescript ?? true;
  if (typeof typescript !== "boolean") throw new Error("typescript option must be a boolean");
  const tsconfig = given.tsconfig ?? "";
  if (typeof tsconfig !== "string") throw new Error("tsconfigpath option must be a string");
  const nodeargs = given.nodeargs ?? "";
  if (typeof nodeargs !== "string") throw new Error("nodeargs option must be a string");
  return {
    nodeArguments: splitShellWords(nodeargs),
    environment: {
      ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
      ...(tsconfig === "" ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
    },
  };
}

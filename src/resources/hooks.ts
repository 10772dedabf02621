import * as pulumi from "@pulumi/pulumi";
import type { Stage } from "../stages/index.ts";
import { render } from "../userError.ts";
import { advice } from "./advice.ts";

/** Says what to do when Cloudflare refuses an operation. Nothing is tried again: that is the provider's business. */
export const adviceOnError = (stage: Stage): pulumi.ErrorHook =>
  new pulumi.ErrorHook("advice", async ({ type, name, failedOperation, errors }) => {
    const complaint = advice({ type, name, operation: failedOperation, error: errors[0] ?? "", stage });
    if (complaint !== undefined) await pulumi.log.error(render(complaint));
    return false;
  });

import * as pulumi from "@pulumi/pulumi";
import { placeOfRun } from "../../cloudflare/place-of-run.ts";
import { refusingAt, UserError } from "../../diagnostic/user-error.ts";
import type { Stage } from "../../project/stage.ts";

/**
 * Refuses a version in the steps of a release. What it releases was uploaded before the first of them, and was measured: code that was
 * saved since would reach people with no step and no gate before it.
 * @param release its id
 */
export const nothingNewInSteps = (stage: Stage, root: string, release: string): pulumi.ResourceHook =>
  new pulumi.ResourceHook("nothing-new-in-steps", ({ name }) =>
    refusingAt(placeOfRun(stage.name, root), async () => {
      throw new UserError({
        what: `${name} is not what release ${release} uploaded`,
        where: `worker ${name}`,
        got: "code, bindings or settings that were changed after the release began",
        expected: "the folder as it was then, until the release has ended",
        fix: "the release goes back; release what is in the folder now afterwards, or put it back as it was first",
      });
    }),
  );

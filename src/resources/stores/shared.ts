import { connection } from "../../cloudflare/connection.ts";
import { callApi } from "../../cloudflare/http.ts";
import { placeOfRun } from "../../cloudflare/place-of-run.ts";
import { refusingAt, UserError } from "../../diagnostic/user-error.ts";
import { type Context, logicalName } from "../context.ts";

/** What another stage of the same account is to have created. */
export interface Shared {
  readonly declaredName: string;
  /** `An AI Gateway`. */
  readonly what: string;
  readonly physicalName: string;
  /** Of the API, below the account. */
  readonly path: string;
}

/**
 * The name of a shared resource that is there. Throws {@link UserError}, in the preview already, for one that is not: the code
 * that names it would be refused only when somebody uses it.
 */
export function sharedResource(context: Context, shared: Shared): Promise<string> {
  const { accountId, stage } = context;
  const { declaredName, what, physicalName, path } = shared;
  return refusingAt(placeOfRun(stage.name), async () => {
    const api = connection(process.env, process.cwd());
    const outcome = await callApi(api, "GET", `/accounts/${accountId}/${path}`);
    if (outcome.kind === "refused" && outcome.status === 404)
      throw new UserError({
        what: `${what} that stages share is not there yet`,
        where: logicalName(context, declaredName),
        got: `no ${physicalName} in account ${accountId}`,
        expected: "the stage with ownsShared to have created it: this one only refers to it",
        fix: "bring up the stage that project.ts marks with ownsShared, then this one",
      });
    return physicalName;
  });
}

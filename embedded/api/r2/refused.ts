import { R2Error } from "../../runtime/stores/r2-objects.ts";
import { ApiError } from "../http/service.ts";

/** What R2 itself refuses, in the API's envelope. */
export async function refused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof R2Error) throw new ApiError(error.status, error.code, error.message);
    throw error;
  }
}

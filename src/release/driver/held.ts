import { UserError } from "../../diagnostic/user-error.ts";

/** Another run holds the stage. Nothing is wrong with the release: it goes back for no such reason, and waits where it is. */
export class StageHeld extends UserError {}

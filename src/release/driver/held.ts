import { UserError } from "../../diagnostic/user-error.ts";

/** Another run holds the stage. Nothing is wrong with the release: it goes back for no such reason, and waits where it is. */
export class StageHeld extends UserError {}

/** What a step would bring is not what the release began with: trying again changes nothing of that. */
export class FolderChanged extends UserError {}

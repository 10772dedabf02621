import { UserError } from "../../diagnostic/user-error.ts";

interface Encrypting {
  readonly addRecipient: (recipient: string) => void;
}

/** Lets each of these read what is encrypted. Throws UserError for one that is no public key of age, such as one that was mistyped. */
export function addRecipients(encrypter: Encrypting, recipients: readonly string[]): void {
  for (const recipient of recipients) addRecipient(encrypter, recipient);
}

function addRecipient(encrypter: Encrypting, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (error) {
    throw new UserError(
      {
        what: "A recipient of the backups is no public key of age; nothing was written",
        where: "lockstep:backup, recipients",
        got: `${recipient}: ${error instanceof Error ? error.message : String(error)}`,
        expected: "a key as it was printed: age1…",
        fix: "copy it again, as it was printed when the key was made",
      },
      { cause: error },
    );
  }
}

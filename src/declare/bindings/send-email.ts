import type { StageText } from "./stage-text.ts";

/** To whom a worker may send: one address, some, or every verified one of the account. */
type Destination =
  | {
      /** The one address that messages go to. @default - any verified address of the account */
      readonly destinationAddress?: StageText;
      readonly allowedDestinationAddresses?: never;
    }
  | {
      readonly destinationAddress?: never;
      /** Addresses that messages may go to. @default - any verified address of the account */
      readonly allowedDestinationAddresses?: readonly string[];
    };

/**
 * Leave to send e-mail, bound by {@link sendEmail}.
 *
 * @example
 * const alarms: SendEmail = sendEmail({ destinationAddress: "ops@example.com" });
 */
export type SendEmail = Destination & {
  readonly kind: "sendEmail";
  /** Addresses that messages may come from. @default - any address of the account's zones with Email Routing */
  readonly allowedSenderAddresses?: readonly string[];
};

/**
 * Binds leave to send e-mail to verified addresses of the account. A message to or from an address that is not allowed is
 * refused when it is sent.
 *
 * @example
 * worker("alarms", {
 *   ...settings,
 *   env: { MAIL: sendEmail({ destinationAddress: perStage({ dev: "dev@example.com", prod: "ops@example.com" }) }) },
 * }); // await env.MAIL.send({ from: "alarms@example.com", to: "ops@example.com", subject: "…", text: "…" })
 */
export const sendEmail = (
  options: Destination & Pick<SendEmail, "allowedSenderAddresses"> = {},
): SendEmail => ({ kind: "sendEmail", ...options });

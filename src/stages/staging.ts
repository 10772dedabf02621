import type { Stage } from "./stage.ts";

export const staging: Stage = {
  name: "staging",
  nameSuffix: "-staging",
  protected: false,
  ownsShared: false,
  embeddedAccount: "staging",
  needsPolicyPack: false,
  asksBeforeChange: false,
  bakeSeconds: 300,
};

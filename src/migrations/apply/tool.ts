/** How Lockstep signs what it writes into a database's log. Grows when the protocol changes. */
export const tool = "lockstep/1";

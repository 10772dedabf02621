/**
 * A dynamic provider of this version of the library, by the name that states know it by. It is the Pulumi engine that calls this and the provider.
 * @throws when a later version of the library wrote the state, with a provider that this one does not have
 */
export declare function providerOf(name: string): object;

/** The names that this version knows. */
export declare const providerNames: readonly string[];

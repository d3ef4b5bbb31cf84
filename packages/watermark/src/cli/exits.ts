/** What the exit codes mean; the same for every command. */
export const EXIT = { yes: 0, no: 1, unknown: 2 } as const;

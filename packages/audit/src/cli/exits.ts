/** What the exit codes mean; the same for every command. */
export const EXIT = { good: 0, tampered: 1, unknown: 2 } as const;

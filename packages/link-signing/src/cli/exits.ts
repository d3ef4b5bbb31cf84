/** What the exit codes mean; the same for every command. */
export const EXIT = { good: 0, no: 1, trouble: 2 } as const;

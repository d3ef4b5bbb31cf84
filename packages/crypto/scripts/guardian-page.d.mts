/** The guardian's page as text. */
export function guardianPage(): Promise<string>;

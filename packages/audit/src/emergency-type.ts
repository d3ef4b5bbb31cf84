/** What an emergency journal takes, and its receipts may be about: breaking the glass, which cannot wait for the log. */
export const EMERGENCY_TYPE = 'breakglass.open';

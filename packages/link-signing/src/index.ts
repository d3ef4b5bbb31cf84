export const name = '@wardseal/link-signing';

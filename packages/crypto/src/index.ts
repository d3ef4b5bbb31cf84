export const name = '@wardseal/crypto';

export const name = '@wardseal/audit';

export const name = '@wardseal/policy';

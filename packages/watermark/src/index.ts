export const name = '@wardseal/watermark';

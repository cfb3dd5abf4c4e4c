/** How long the texts in messages may be, in characters. */
export const TEXT_LENGTH = 2 ** 20;
export const ID_LENGTH = 1024;

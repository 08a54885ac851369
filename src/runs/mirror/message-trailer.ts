const NO_MESSAGE = 'Change without a message';

/**
 * The message with `trailer` (`Key: value`) as its last line, and no other line that claims the same key: what the author of
 * the message wrote under that key is not believed. Adding it twice changes nothing.
 */
export function addTrailer(message: string, trailer: string): string {
  const key = trailer.slice(0, trailer.indexOf(':') + 1).toLowerCase();
  const lines = message
    .replaceAll('\r\n', '\n')
    .split('\n')
    .filter(
      (line) =>
        !line
          .replaceAll(/\s+(?=:)/g, '')
          .trimStart()
          .toLowerCase()
          .startsWith(key),
    );
  const text = lines.join('\n').trim() || NO_MESSAGE;
  return `${text}${endsInTrailers(text) ? '\n' : '\n\n'}${trailer}\n`;
}

/** Whether the last paragraph, which is not the subject, consists of trailers: then the new one joins them. */
function endsInTrailers(text: string): boolean {
  const paragraphs = text.split(/\n[ \t]*\n+/);
  const last = paragraphs.length > 1 ? (paragraphs.at(-1) ?? '') : '';
  return last !== '' && last.split('\n').every((line) => /^[A-Za-z0-9-]+:\s/.test(line));
}

import type { ComponentChild, JSX } from 'preact';

const address = /https?:\/\/[^\s<>"']+/giu;
const trailing = /[.,;:!?)\]}'"»”…]+$/u;
const onlyEmoji = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,12}$/u;
const somePicture = /\p{Extended_Pictographic}/u;

// Up to a few emoji and nothing else: shown large.
export function isBig(text: string): boolean {
  return text.length <= 24 && onlyEmoji.test(text) && somePicture.test(text);
}

// The text with its web addresses as links.
export function MessageText({ text }: { text: string }): JSX.Element {
  return (
    <span class={isBig(text) ? 'text big' : 'text'} dir="auto">
      {linked(text)}
    </span>
  );
}

export function linked(text: string): ComponentChild[] {
  const parts: ComponentChild[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const url = withoutTrailing(match[0]);
    parts.push(text.slice(end, match.index), link(url, match.index));
    end = match.index + url.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== '');
}

// A bracket belongs to the address when it was opened in it.
function withoutTrailing(found: string): string {
  const bare = found.replace(trailing, '');
  return found[bare.length] === ')' && bare.includes('(') ? `${bare})` : bare;
}

function link(url: string, key: number): JSX.Element {
  return (
    <a key={key} href={url} target="_blank" rel="noopener noreferrer">
      {url}
    </a>
  );
}

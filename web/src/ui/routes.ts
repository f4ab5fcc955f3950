import { signal } from '@preact/signals';

// The page's address after `#`: which chat is open, or what a link was followed for.
export type Route =
  | { name: 'home' }
  | { name: 'chat'; chat: string }
  | { name: 'claim' | 'invite' | 'join'; token: string };

export function parseRoute(hash: string): Route {
  const chat = /^#\/chat\/([\w-]+)$/.exec(hash);
  if (chat) return { name: 'chat', chat: chat[1]! };
  const link = /^#(claim|invite|join)=(.+)$/.exec(hash);
  if (link)
    return { name: link[1] as 'claim' | 'invite' | 'join', token: decodeURIComponent(link[2]!) };
  return { name: 'home' };
}

export const route = signal<Route>(parseRoute(location.hash));

export function followRoute(): void {
  const follow = (): void => {
    route.value = parseRoute(location.hash);
  };
  window.addEventListener('hashchange', follow);
  follow(); // it may have changed while the page was loading
}

export function chatAddress(chat: string): string {
  return `#/chat/${chat}`;
}

export function goTo(address: string): void {
  location.hash = address;
}

// A followed link is spent: its token should not stay in the address bar or in the history.
export function forgetLink(): void {
  history.replaceState(null, '', location.pathname + location.search);
  route.value = { name: 'home' };
}

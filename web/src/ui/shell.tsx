import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useMessenger } from './context';
import { Conversation } from './conversation';
import { ConnectionBanner } from './connection-banner';
import { Icon } from './icons';
import { JoinDialog } from './join-dialog';
import { NewChat } from './new-chat';
import { OverlayView } from './overlay-view';
import { closeOverlay } from './overlays';
import { route } from './routes';
import { Settings } from './settings';
import { Sidebar } from './sidebar';

export type Panel = 'new-chat' | 'settings' | undefined;

// The two panes; on a phone one of them at a time.
export function Shell(): JSX.Element {
  const messenger = useMessenger();
  const panel = useSignal<Panel>(undefined);
  const close = (): void => {
    panel.value = undefined;
  };
  useSignalEffect(() => {
    messenger.open(route.value.name === 'chat' ? route.value.chat : undefined);
  });
  useEffect(() => closeOverlay, []);
  const chat = messenger.openChat.value;
  return (
    <div class={`shell ${chat ? 'shows-chat' : 'shows-list'}`}>
      <ConnectionBanner />
      <div class="panes">
        <Sidebar
          onNewChat={() => {
            panel.value = 'new-chat';
          }}
          onSettings={() => {
            panel.value = 'settings';
          }}
        />
        {chat ? <Conversation key={chat} chat={chat} /> : <NothingOpen />}
      </div>
      {route.value.name === 'join' && <JoinDialog key={route.value.token} />}
      <OverlayView />
      {panel.value === 'new-chat' && <NewChat onClose={close} />}
      {panel.value === 'settings' && <Settings onClose={close} />}
    </div>
  );
}

function NothingOpen(): JSX.Element {
  return (
    <main class="conversation nothing-open">
      <span class="brand-mark splash">
        <Icon name="logo" />
      </span>
      <h2>Banter</h2>
      <p>Choose a chat, or begin a new one.</p>
    </main>
  );
}

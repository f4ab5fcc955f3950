import { options, render } from 'preact';
import { browserClock } from './browser-clock';
import { openBrowserSocket } from './browser-socket';
import { deviceName, platformName } from './platform';
import { Api } from './protocol/api';
import { KnownDevices } from './state/known-devices';
import { Notices } from './state/notices';
import { Outbox } from './state/outbox';
import { Session } from './state/session';
import './styles/index.css';
import { App } from './ui/app';
import { followAttention } from './ui/attention';
import { followRoute } from './ui/routes';

// A backlog brings hundreds of messages in a moment: render once a frame, however many came. A
// hidden page has no frames.
options.debounceRendering = (run) => {
  if (document.hidden) setTimeout(run, 250);
  else requestAnimationFrame(run);
};

async function main(): Promise<void> {
  const notices = new Notices();
  const session = new Session({
    api: new Api((path, init) => fetch(path, init)),
    outbox: await Outbox.open(),
    devices: new KnownDevices(localStorage),
    notices,
    deviceName: deviceName(navigator.userAgent),
    line: {
      openSocket: openBrowserSocket,
      clock: browserClock(),
      random: Math.random,
      platform: platformName(navigator.userAgent),
    },
  });
  followAttention();
  followRoute();
  window.addEventListener('online', () => session.messenger.peek()?.nudge());
  window.addEventListener('offline', () => session.messenger.peek()?.probe());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') session.messenger.peek()?.nudge();
    else session.messenger.peek()?.left();
  });
  render(<App session={session} notices={notices} />, document.getElementById('app')!);
  await session.start();
}

void main();

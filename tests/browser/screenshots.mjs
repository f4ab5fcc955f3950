// Makes the pictures of the web client: node screenshots.mjs FOLDER
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Account, Person, Server, launchBrowser, password } from './harness.mjs';

const people = [
  ['mara', 'Mara Lindqvist'],
  ['jonas', 'Jonas Weber'],
  ['aiko', 'Aiko Tanaka'],
  ['sam', 'Sam Okafor'],
  ['priya', 'Priya Nair'],
  ['leo', 'Leo Martins'],
  ['nina', 'Nina Kowalski'],
];

const folder = process.argv[2];
if (!folder) {
  console.error('Usage: node screenshots.mjs FOLDER');
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const server = await Server.start();
const browser = await launchBrowser();
try {
  await takePictures();
} finally {
  await browser.close();
  await server.stop();
}

async function takePictures() {
  const accounts = {};
  for (const [username, name] of people) {
    accounts[username] = await Account.create(server, username, name);
  }
  const hike = await fillChats(accounts);
  const guests = await beThere(['jonas', 'aiko', 'nina']);
  await pictureOfSignIn();
  await pictureOfConversation('web-client.png', { width: 1280, height: 800 });
  await pictureOfConversation('web-client-dark.png', {
    width: 1280,
    height: 800,
    colorScheme: 'dark',
  });
  await pictureOfPhone();
  await pictureOfGroup();
  for (const guest of guests) await guest.leave();
  console.log(`Pictures of chat ${hike} are in ${folder}`);
}

// Who is online while the pictures are taken.
async function beThere(usernames) {
  const guests = [];
  for (const username of usernames) {
    const guest = await Person.arrive(browser, server);
    await guest.signIn(username);
    guests.push(guest);
  }
  return guests;
}

async function fillChats({ mara, jonas, aiko, sam, priya, leo, nina }) {
  const quiet = await mara.openDirect(leo);
  await leo.say(quiet.chat, 'The invoice is paid, thank you!');
  await answer(mara, quiet.chat, 'Lovely, that was quick.');
  const book = await nina.createGroup('Book club', [mara, aiko, sam]);
  await nina.say(book.chat, 'We meet on Thursday, at my place.');
  await aiko.say(book.chat, 'I am only half way through. No spoilers, please!');
  const sister = await mara.openDirect(nina);
  await nina.say(sister.chat, 'Did you find the blue tent?');
  await answer(mara, sister.chat, 'Yes! It was behind the skis.');
  const work = await jonas.createGroup('Design review', [mara, priya, leo]);
  await priya.say(work.chat, 'The new icons are in: https://example.org/icons');
  await jonas.say(work.chat, 'They look great at small sizes.');
  await priya.say(work.chat, 'I will have the dark ones ready tomorrow.');
  const aikoChat = await mara.openDirect(aiko);
  await mara.say(aikoChat.chat, 'Are you coming on Saturday?');
  await aiko.say(aikoChat.chat, 'I would love to, if there is room in the car.');
  await aiko.say(aikoChat.chat, 'And I can bring the good coffee.');
  const hike = await mara.createGroup('Weekend hike', [jonas, aiko, sam, priya]);
  await arrange(mara, hike.chat, leo);
  await keep(mara, hike.chat, { pinned: true });
  await keep(mara, work.chat, { muted_until: '9999-12-31T23:59:59.999Z' });
  await talkAboutHike(hike.chat, { mara, jonas, aiko, sam, priya });
  return hike.chat;
}

// What the group is for, and somebody who would like to be in it.
async function arrange(mara, chat, leo) {
  const description = 'Every other Saturday, rain or shine.';
  await mara.call('PATCH', `/chats/${chat}`, { description, join_approval: true });
  const link = await mara.call('POST', `/chats/${chat}/links`, { max_uses: 10 });
  await leo.call('POST', `/links/${link.token}`);
}

function keep(account, chat, state) {
  return account.call('PATCH', `/chats/${chat}/state`, state);
}

async function answer(account, chat, text) {
  const { seq } = await account.say(chat, text);
  await account.read(chat, seq);
}

async function talkAboutHike(chat, { mara, jonas, aiko, sam, priya }) {
  await mara.say(chat, 'Morning all! The forecast for Saturday is dry until the evening.');
  await mara.say(chat, 'Shall we try the ridge this time?');
  await sam.say(chat, 'Yes! I have wanted to see it since we turned back in the fog.');
  const train = await jonas.say(
    chat,
    'There is a train at 7:42 that gets us to the trailhead just before nine.',
  );
  await aiko.say(chat, 'Too early for me to be friendly, but I will be there.');
  await priya.say(chat, 'I can drive three of us. Back seat comes with blankets.', train.seq);
  await mara.say(chat, 'Perfect: Aiko and Sam with Priya, Jonas and I take the train.');
  await sam.say(chat, 'I will bring sandwiches. Anybody against mustard?');
  await aiko.say(chat, 'Mustard is fine. Olives are not.');
  const last = await mara.say(chat, 'Deal. Meet at the signpost at nine!');
  for (const reader of [mara, jonas, aiko, sam, priya]) await reader.read(chat, last.seq);
}

async function pictureOfSignIn() {
  const visitor = await Person.arrive(browser, server, { width: 1280, height: 800 });
  await visitor.page.getByLabel('Username').fill('mara');
  await visitor.page.getByLabel('Password').fill(password);
  await visitor.page.evaluate(() => document.fonts.ready);
  await visitor.page.screenshot({ path: join(folder, 'sign-in.png') });
  await visitor.leave();
}

async function pictureOfConversation(name, options) {
  const mara = await Person.arrive(browser, server, options);
  await mara.signIn('mara');
  await mara.openChat('Weekend hike');
  await settled(mara);
  await mara.page.screenshot({ path: join(folder, name) });
  await mara.leave();
}

async function pictureOfPhone() {
  const phone = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
  const mara = await Person.arrive(browser, server, phone);
  await mara.signIn('mara');
  await mara.openChat('Weekend hike');
  await settled(mara);
  await mara.page.screenshot({ path: join(folder, 'web-client-phone.png') });
  await mara.leave();
}

async function pictureOfGroup() {
  const mara = await Person.arrive(browser, server, { width: 1280, height: 800 });
  await mara.signIn('mara');
  await mara.openChat('Weekend hike');
  await settled(mara);
  await mara.openDetails();
  await mara.page.getByRole('button', { name: 'Accept Leo Martins' }).waitFor();
  await mara.page.getByRole('button', { name: 'Revoke' }).waitFor();
  const path = join(folder, 'web-client-group.png');
  await mara.page.screenshot({ path, animations: 'disabled' });
  await mara.leave();
}

// Everything that loads has loaded: names, ticks, previews, the typeface.
async function settled(person) {
  await person.page.mouse.move(0, 0);
  await person.tick('Deal', 'Read');
  await person.page.locator('.subtitle', { hasText: 'Priya' }).waitFor();
  await person.page.waitForLoadState('networkidle');
  await person.page.evaluate(() => document.fonts.ready);
}

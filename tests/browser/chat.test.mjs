// Browsers talk to each other through the real server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account, Person, Server, arriveAt, launchBrowser } from './harness.mjs';

let server;
let browser;

before(async () => {
  server = await Server.start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const arrive = (t, ...names) => arriveAt(t, browser, server, names);

test('ticks go from one to two to blue', async (t) => {
  const [ann, bob] = await arrive(t, 'Ann', 'Bob');
  await bob.page.goto('about:blank');
  await ann.beginChatWith('bob');
  await ann.say('Hello Bob');
  await ann.tick('Hello Bob', 'Sent');
  await bob.page.goto(server.url);
  await ann.tick('Hello Bob', 'Delivered');
  await bob.row('Ann Example').getByLabel('1 unread message').waitFor();
  assert.equal(await bob.page.title(), '(1) Banter');
  await bob.openChat('Ann Example');
  await bob.sees('Hello Bob');
  await ann.tick('Hello Bob', 'Read');
  await bob.page.waitForFunction(() => document.title === 'Banter');
  await bob.say('Hello Ann');
  await ann.sees('Hello Ann');
  await bob.tick('Hello Ann', 'Read');
});

test('presence and typing show in the header', async (t) => {
  const [cleo, dan] = await arrive(t, 'Cleo', 'Dan');
  await cleo.beginChatWith('dan');
  const header = cleo.page.locator('.conversation-header .subtitle');
  await header.filter({ hasText: 'online' }).waitFor();
  await cleo.say('Are you there?');
  await dan.openChat('Cleo Example');
  await dan.composer().pressSequentially('Ye');
  await header.filter({ hasText: 'typing…' }).waitFor();
  await dan.say('Yes');
  await header.filter({ hasText: 'online' }).waitFor();
  await dan.page.goto('about:blank');
  await header.filter({ hasText: 'last seen today' }).waitFor();
});

test('who goes offline catches up, and what he wrote goes out', async (t) => {
  const [eve, fritz] = await arrive(t, 'Eve', 'Fritz');
  await eve.beginChatWith('fritz');
  await eve.say('before');
  await fritz.openChat('Eve Example');
  await fritz.sees('before');
  await fritz.disconnect();
  await fritz.page.getByText('Reconnecting…').waitFor();
  for (const text of ['one', 'two', 'three']) await eve.say(text);
  await eve.tick('three', 'Sent');
  await fritz.say('written in the tunnel');
  await fritz.tick('written in the tunnel', 'Waiting to be sent');
  await fritz.reconnect();
  await fritz.sees('three');
  await eve.sees('written in the tunnel');
  await eve.tick('three', 'Read');
  await fritz.tick('written in the tunnel', 'Read');
  const order = ['before', 'one', 'two', 'three', 'written in the tunnel'];
  assert.deepEqual(await eve.texts(), order);
  assert.deepEqual(await fritz.texts(), order);
});

test('a reload keeps what was not sent, and sends it once', async (t) => {
  const [gina, hugo] = await arrive(t, 'Gina', 'Hugo');
  await gina.beginChatWith('hugo');
  await gina.say('first');
  await hugo.openChat('Gina Example');
  await hugo.sees('first');
  await gina.disconnect();
  await gina.say('kept over the reload');
  await gina.tick('kept over the reload', 'Waiting to be sent');
  await gina.page.reload();
  await gina.tick('kept over the reload', 'Waiting to be sent');
  await gina.reconnect();
  await gina.tick('kept over the reload', 'Read');
  await gina.page.reload();
  await gina.tick('kept over the reload', 'Read');
  assert.deepEqual(await gina.texts(), ['first', 'kept over the reload']);
  assert.deepEqual(await hugo.texts(), ['first', 'kept over the reload']);
});

test('a group: events, ticks of all others, removal', async (t) => {
  const [ida, jan, kim] = await arrive(t, 'Ida', 'Jan', 'Kim');
  await ida.beginGroup('Choir', ['jan']);
  await ida.log().getByText('You created the group “Choir”').waitFor();
  await ida.say('Welcome');
  await jan.openChat('Choir');
  await ida.tick('Welcome', 'Read');
  await addMember(ida, 'kim');
  await jan.log().getByText('Ida Example added Kim Example').waitFor();
  await kim.openChat('Choir');
  await ida.say('All here?');
  await kim.sees('All here?');
  await ida.tick('All here?', 'Read');
  assert.deepEqual(await kim.texts(), ['All here?']);
  await jan.openChat('Choir');
  await kim.disconnect();
  await ida.say('Not yet seen by Kim');
  await jan.sees('Not yet seen by Kim');
  await ida.tick('Not yet seen by Kim', 'Sent');
  await kim.reconnect();
  await ida.tick('Not yet seen by Kim', 'Read');
  await removeMember(ida, 'Jan Example');
  await jan.page.getByText('You are no longer in this group.').waitFor();
  await kim.log().getByText('Ida Example removed Jan Example').waitFor();
  await ida.say('Without Jan');
  await kim.sees('Without Jan');
  assert.equal(await jan.bubble('Without Jan').count(), 0);
});

async function addMember(person, username) {
  const { page } = person;
  await page.getByRole('button', { name: 'Chat details' }).click();
  await page.getByRole('button', { name: 'Add people' }).click();
  await page.getByLabel('Search people').fill(username);
  await page.getByRole('dialog').getByText(`@${username}`, { exact: true }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('list', { name: 'Members' }).getByText(`@${username}`).waitFor();
  await person.closeDialog();
}

async function removeMember(person, name) {
  const { page } = person;
  await page.getByRole('button', { name: 'Chat details' }).click();
  await page.getByLabel(`What to do with ${name}`).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('list', { name: 'Members' }).getByText(name).waitFor({ state: 'detached' });
  await person.closeDialog();
}

test('history loads upward and keeps the reader’s place', async (t) => {
  const [lea] = await arrive(t, 'Lea');
  const mick = await Account.create(server, 'mick', 'Mick Example');
  const { items } = await mick.call('GET', '/users?query=lea');
  const chat = await mick.openDirect(items[0]);
  for (let number = 1; number <= 180; number += 1) await mick.say(chat.chat, `line ${number}.`);
  await lea.row('Mick Example').getByLabel('180 unread messages').waitFor();
  await lea.row('Mick Example').getByText('line 180.').waitFor();
  await lea.openChat('Mick Example');
  await lea.log().getByText('New messages').waitFor();
  await lea.sees('line 1.');
  assert.equal(await lea.bubble('line 180.').isVisible(), true);
  const first = await lea.bubble('line 1.').first().boundingBox();
  assert.ok(first.y > 0 && first.y < 800, `the first unread message is at ${first.y}`);
  await lea.page.getByRole('button', { name: /To the newest message/ }).click();
  await lea.page.waitForFunction(() => document.title === 'Banter');
  await lea.page.reload();
  await lea.sees('line 180.');
  assert.equal(await lea.bubble('line 100.').count(), 0);
  await scrollUpTo(lea, 'line 100.');
  const before = await lea.bubble('line 140.').boundingBox();
  await mick.say(chat.chat, 'line 181.');
  await lea.page.getByRole('button', { name: 'To the newest message, 1 unread' }).waitFor();
  assert.deepEqual(await lea.bubble('line 140.').boundingBox(), before);
  await lea.page.getByRole('button', { name: /To the newest message/ }).click();
  await lea.sees('line 181.');
});

async function scrollUpTo(person, text) {
  await person.log().hover();
  while ((await person.bubble(text).count()) === 0) {
    await person.page.mouse.wheel(0, -600);
    await person.page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

test('a phone shows the list and the conversation one at a time', async (t) => {
  const [nora] = await arrive(t, 'Nora');
  await Account.create(server, 'otto', 'Otto Example');
  await nora.beginChatWith('otto');
  await nora.page.setViewportSize({ width: 390, height: 800 });
  await nora.composer().waitFor();
  const list = nora.page.getByRole('navigation', { name: 'Chats' });
  assert.equal(await list.isVisible(), false);
  await nora.page.getByRole('link', { name: 'Back to the chats' }).click();
  await list.waitFor();
  assert.equal(await nora.composer().isVisible(), false);
  await nora.page.goBack();
  await nora.composer().waitFor();
});

test('a device that another one signs out is back at the sign-in', async (t) => {
  const [pia] = await arrive(t, 'Pia');
  const other = await Person.arrive(browser, server);
  t.after(() => other.leave());
  await other.signIn('pia');
  await other.page.getByRole('button', { name: 'Settings' }).click();
  const devices = other.page.getByRole('region', { name: 'Devices' });
  await devices.getByRole('button', { name: 'Sign out' }).click();
  await pia.page.getByText('This device was signed out from another one.').waitFor();
  await pia.signIn('pia');
});

test('a wrong password is refused with a sentence', async (t) => {
  await Account.create(server, 'quinn', 'Quinn Example');
  const visitor = await Person.arrive(browser, server);
  t.after(() => visitor.leave());
  await visitor.page.getByLabel('Username').fill('quinn');
  await visitor.page.getByLabel('Password').fill('not the password');
  await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await visitor.page
    .getByRole('alert')
    .getByText('The username or the password is wrong.')
    .waitFor();
});

// Groups, and how people keep chats, between browsers through the real server.
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

// A new invite link of the group whose details are open.
async function makeLink(person) {
  const links = person.page.getByRole('region', { name: 'Invite links' });
  await links.getByRole('button', { name: 'Make a link' }).click();
  return links.getByLabel('New invite link').inputValue();
}

test('an invite link leads from its making to the group', async (t) => {
  const [ann, bob] = await arrive(t, 'Ann', 'Bob');
  await ann.beginGroup('Choir', []);
  await ann.openDetails();
  const url = await makeLink(ann);
  assert.match(url, /\/#join=.+/);
  await ann.page.getByRole('region', { name: 'Invite links' }).getByText('used by 0').waitFor();
  await bob.page.goto(url);
  const dialog = bob.page.getByRole('dialog', { name: 'Join a group' });
  await dialog.getByRole('heading', { name: 'Choir' }).waitFor();
  await dialog.getByText('1 member', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Join group' }).click();
  await bob.composer().waitFor();
  assert.ok(!bob.page.url().includes('join='), 'the token left the address bar');
  await ann.page.getByRole('list', { name: 'Members' }).getByText('@bob').waitFor();
  await ann.closeDialog();
  await ann.log().getByText('Bob Example joined').waitFor();
  await bob.say('Here I am');
  await ann.sees('Here I am');
  await ann.openDetails();
  await ann.page.getByRole('button', { name: 'Revoke' }).click();
  await ann.page.getByRole('button', { name: 'Revoke' }).waitFor({ state: 'detached' });
  const [late] = await arrive(t, 'Late');
  await late.page.goto(url);
  await late.page.getByText('This link does not lead anywhere any more').waitFor();
});

test('who has no account yet signs up and joins by the same link', async (t) => {
  const [cleo] = await arrive(t, 'Cleo');
  await cleo.beginGroup('Garden', []);
  await cleo.openDetails();
  const url = await makeLink(cleo);
  const guest = await Person.arrive(browser, server);
  t.after(() => guest.leave());
  await guest.page.goto(url);
  await guest.page.getByText('You are invited to a group.').waitFor();
  await guest.signUp('guest', 'Guest Example');
  await guest.page.getByRole('button', { name: 'Join group' }).click();
  await guest.composer().waitFor();
});

test('a request is asked, shown, refused, asked again and accepted', async (t) => {
  const [dan, eve] = await arrive(t, 'Dan', 'Eve');
  await dan.beginGroup('Book club', []);
  await dan.openDetails();
  await dan.page.getByLabel('Admins let in whoever follows a link').check();
  const url = await makeLink(dan);
  await dan.closeDialog();
  await dan.log().getByText('admins let people in').waitFor();
  const ask = async () => {
    await eve.page.goto(url);
    await eve.page.getByRole('button', { name: 'Ask to join' }).click();
    await eve.page.getByText('You have asked to join.').waitFor();
    await eve.page.getByRole('button', { name: 'Done' }).click();
    await dan.row('Book club').getByLabel('1 request').waitFor();
  };
  await ask();
  await dan.page.getByRole('button', { name: '1 request' }).click();
  await dan.page.getByRole('button', { name: 'Refuse Eve Example' }).click();
  await eve.page.getByText('Your request to join “Book club” was refused.').waitFor();
  await dan.closeDialog();
  await ask();
  await dan.page.getByRole('button', { name: '1 request' }).click();
  await dan.page.getByRole('button', { name: 'Accept Eve Example' }).click();
  await eve.row('Book club').waitFor();
  await eve.page.getByText('You are in “Book club” now.').waitFor();
  assert.equal(await dan.row('Book club').getByLabel('1 request').count(), 0);
});

test('permissions: only admins write, and the composer says so', async (t) => {
  const [fay, gus] = await arrive(t, 'Fay', 'Gus');
  await fay.beginGroup('News', ['gus']);
  await gus.openChat('News');
  await gus.composer().waitFor();
  await fay.openDetails();
  await fay.page.getByLabel('Write messages').selectOption('admins');
  await gus.page.getByText('Only admins may write in this group.').waitFor();
  await fay.page.getByLabel('What to do with Gus Example').click();
  await fay.page.getByRole('button', { name: 'Make admin' }).click();
  await gus.composer().waitFor();
  await fay.closeDialog();
  await gus.say('Now I may');
  await fay.sees('Now I may');
});

test('title, description and picture change before everybody’s eyes', async (t) => {
  const [hana, ivo] = await arrive(t, 'Hana', 'Ivo');
  await hana.beginGroup('Trip', ['ivo']);
  await ivo.openChat('Trip');
  await hana.openDetails();
  await hana.page.getByRole('button', { name: 'Edit title, add a description' }).click();
  await hana.page.getByLabel('Title', { exact: true }).fill('Trip to the sea');
  await hana.page.getByLabel('Description', { exact: true }).fill('Two days\nin May');
  await hana.page.getByRole('button', { name: 'Save' }).click();
  await hana.page.getByRole('heading', { name: 'Trip to the sea' }).waitFor();
  await hana.page.getByLabel('Group picture').setInputFiles(await drawing(hana));
  await hana.page.locator('.info-head img').waitFor();
  await hana.closeDialog();
  await ivo.log().getByText('Hana Example changed the picture').waitFor();
  await ivo.row('Trip to the sea').locator('img').waitFor();
  await ivo.openDetails();
  await ivo.page.getByRole('dialog').getByText('Two days').waitFor();
  const loaded = await ivo.page
    .locator('.info-head img')
    .evaluate((image) => image.decode().then(() => image.naturalWidth));
  assert.equal(loaded, 512);
});

// A picture that the browser itself has drawn.
async function drawing(person) {
  const data = await person.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 800;
    canvas.height = 600;
    const pen = canvas.getContext('2d');
    pen.fillStyle = 'teal';
    pen.fillRect(0, 0, 800, 600);
    return canvas.toDataURL('image/png').split(',')[1];
  });
  return { name: 'sea.png', mimeType: 'image/png', buffer: Buffer.from(data, 'base64') };
}

test('newcomers see earlier messages of a group that shares its history', async (t) => {
  const [kai, lou] = await arrive(t, 'Kai', 'Lou');
  await kai.beginGroup('Open', [], { shared: true });
  await kai.say('said before Lou came');
  await kai.tick('said before Lou came', 'Sent');
  await kai.openDetails();
  const url = await makeLink(kai);
  await lou.page.goto(url);
  await lou.page.getByRole('button', { name: 'Join group' }).click();
  await lou.sees('said before Lou came');
});

test('message info tells who received and who read it', async (t) => {
  const [mia, ned] = await arrive(t, 'Mia', 'Ned');
  await Account.create(server, 'away', 'Away Example');
  await mia.beginGroup('Plans', ['ned', 'away']);
  await mia.say('Who comes?');
  await ned.row('Plans').getByLabel('1 unread message').waitFor();
  await mia.openMessageMenu('Who comes?', 'Message info');
  const part = (name) => mia.page.getByRole('dialog').getByRole('region', { name });
  await part('Delivered to').getByText('Ned Example').waitFor();
  await part('Not yet delivered to').getByText('Away Example').waitFor();
  await ned.openChat('Plans');
  await part('Read by').getByText('Ned Example').waitFor();
  await part('Read by')
    .getByText(/^read today at/)
    .waitFor();
});

test('mute, pin, archive and a draft follow the user to his other browser', async (t) => {
  const [olga] = await arrive(t, 'Olga');
  const other = await Person.arrive(browser, server);
  t.after(() => other.leave());
  await other.signIn('olga');
  const pete = await Account.create(server, 'pete', 'Pete Example');
  const quin = await Account.create(server, 'quin', 'Quin Example');
  const { items } = await pete.call('GET', '/users?query=olga');
  const chats = [await pete.openDirect(items[0]), await quin.openDirect(items[0])];
  await pete.say(chats[0].chat, 'older');
  await olga.row('Pete Example').waitFor();
  await quin.say(chats[1].chat, 'newer');
  await other.row('Quin Example').waitFor();
  await olga.rowMenu('Pete Example', 'Pin');
  await other.row('Pete Example').getByText('pinned').waitFor();
  assert.deepEqual(await other.titles(), ['Pete Example', 'Quin Example']);
  await olga.rowMenu('Pete Example', 'Mute…');
  await olga.page.getByRole('button', { name: '8 hours' }).click();
  await other.row('Pete Example').getByText('muted').waitFor();
  await other.page.waitForFunction(() => document.title === '(1) Banter');
  await olga.openChat('Pete Example');
  await olga.composer().pressSequentially('half a thought');
  await other.row('Pete Example').getByText('half a thought').waitFor();
  await other.openChat('Pete Example');
  await other.page.waitForFunction(
    () => document.querySelector('.composer textarea')?.value === 'half a thought',
  );
  await other.say('half a thought, and the rest');
  await olga.sees('half a thought, and the rest');
  await olga.page.waitForFunction(
    () => document.querySelector('.composer textarea')?.value === '',
  );
  await olga.rowMenu('Quin Example', 'Archive');
  await other.row('Quin Example').waitFor({ state: 'detached' });
  await other.page.getByRole('button', { name: 'Archived' }).click();
  const archive = other.page.getByRole('navigation', { name: 'Archived chats' });
  await archive.getByText('Quin Example').waitFor();
});

test('contacts, blocks and reports', async (t) => {
  const [rosa, sven] = await arrive(t, 'Rosa', 'Sven');
  await sven.beginChatWith('rosa');
  await sven.say('Buy my watches');
  await rosa.openChat('Sven Example');
  await rosa.sees('Buy my watches');
  await rosa.openDetails();
  await rosa.page.getByRole('button', { name: 'Add to contacts' }).click();
  await rosa.page.getByRole('button', { name: 'Remove from contacts' }).waitFor();
  await rosa.page.getByRole('button', { name: 'Block', exact: true }).click();
  await rosa.page.getByText('Blocked: neither of you').waitFor();
  await rosa.closeDialog();
  await rosa.page.getByText('You have blocked this person.').waitFor();
  await sven.say('Hello?');
  await sven.page.getByRole('alert').waitFor();
  await rosa.openMessageMenu('Buy my watches', 'Report…');
  const dialog = rosa.page.getByRole('dialog', { name: 'Report this message' });
  await dialog.getByLabel('Spam').check();
  await dialog.getByLabel('What happened? (optional)').fill('Watches, again.');
  await dialog.getByRole('button', { name: 'Report' }).click();
  await rosa.page.getByText('Thank you. The operators').waitFor();
  await rosa.page.getByRole('button', { name: 'Settings' }).click();
  const blocked = rosa.page.getByRole('region', { name: 'Blocked' });
  await blocked.getByRole('button', { name: 'Unblock Sven Example' }).click();
  await blocked.waitFor({ state: 'detached' });
  await rosa.closeDialog();
  await rosa.say('Better now');
  await sven.sees('Better now');
});

test('menus are opened, walked and closed by keys alone', async (t) => {
  const [tom] = await arrive(t, 'Tom');
  await Account.create(server, 'uma', 'Uma Example');
  await tom.beginChatWith('uma');
  const button = tom.page.getByRole('button', { name: 'What to do with this chat' });
  await button.focus();
  await tom.page.keyboard.press('Enter');
  const focused = () => tom.page.evaluate(() => document.activeElement.textContent);
  await tom.page.getByRole('menuitem', { name: 'Pin' }).waitFor();
  assert.equal(await focused(), 'Pin');
  await tom.page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 'Mute…');
  await tom.page.keyboard.press('End');
  assert.equal(await focused(), 'Report…');
  await tom.page.keyboard.press('Escape');
  await tom.page.getByRole('menu').waitFor({ state: 'detached' });
  assert.ok(await button.evaluate((element) => element === document.activeElement));
  await tom.page.keyboard.press('ArrowDown');
  await tom.page.getByRole('menuitem', { name: 'Pin' }).waitFor();
  await tom.page.keyboard.press('Enter');
  await tom.row('Uma Example').getByText('pinned').waitFor();
});

// What a crash of the server looks like to those who are chatting: a pause.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Person, Server, launchBrowser } from './harness.mjs';

test('a killed server loses nothing and doubles nothing', async (t) => {
  let server = await Server.start();
  const browser = await launchBrowser();
  t.after(async () => {
    await browser.close();
    await server.stop();
  });
  assert.ok(server.claimUrl, 'an unclaimed server prints its claim link');
  const ann = await Person.arrive(browser, server);
  await ann.page.goto(server.claimUrl);
  await ann.page.reload();
  await ann.page.getByRole('heading', { name: 'Claim this server' }).waitFor();
  await ann.signUp('ann', 'Ann Example');
  assert.equal(new URL(ann.page.url()).hash, '');
  await ann.page.getByRole('button', { name: 'Settings' }).click();
  await ann.page.getByRole('button', { name: 'Make an invitation link' }).waitFor();
  await ann.page.getByRole('button', { name: 'Close' }).click();
  const bob = await Person.arrive(browser, server);
  await bob.signUp('bob', 'Bob Example');
  await ann.beginChatWith('bob');
  await ann.say('before the crash');
  await bob.openChat('Ann Example');
  await ann.tick('before the crash', 'Read');

  await server.kill();
  await ann.page.getByText('Reconnecting…').waitFor();
  await ann.say('while it was gone');
  await bob.say('I noticed nothing');
  server = await server.restart();
  await ann.tick('while it was gone', 'Read');
  await bob.tick('I noticed nothing', 'Read');
  const said = await ann.texts();
  assert.deepEqual(await bob.texts(), said);
  assert.deepEqual(said.toSorted(), [
    'I noticed nothing',
    'before the crash',
    'while it was gone',
  ]);
});

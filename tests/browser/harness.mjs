// Starts the real server and a real browser for the tests and the screenshots.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const startMs = 20_000;
export const password = 'correct horse battery staple';

// `banter serve` on a free port with a data directory of its own.
export class Server {
  static async start({ dataDir, listen = '127.0.0.1:0' } = {}) {
    const binary = process.env.BANTER_BIN;
    if (!binary) throw new Error('BANTER_BIN must name the banter program');
    const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'banter-browser-')));
    const args = ['serve', '--listen', listen, '--admin-listen', '127.0.0.1:0'];
    const child = spawn(binary, [...args, '--data-dir', directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new Server(child, directory);
    await server.ready();
    return server;
  }

  constructor(child, dataDir) {
    this.child = child;
    this.dataDir = dataDir;
    this.log = [];
    this.exited = new Promise((resolve) => child.once('exit', resolve));
    createInterface({ input: child.stderr }).on('line', (line) => this.log.push(line));
  }

  async ready() {
    const lines = createInterface({ input: this.child.stdout });
    const said = new Promise((resolve) => {
      lines.on('line', (line) => {
        this.log.push(line);
        const claim = /^Claim this server: (\S+)/.exec(line);
        if (claim) this.claimUrl = claim[1];
        const ready = /^Banter is ready: (\S+)/.exec(line);
        if (ready) this.url = ready[1];
        if (this.url) resolve('ready');
      });
    });
    const late = new Promise((resolve) => setTimeout(resolve, startMs, 'late').unref());
    const outcome = await Promise.race([said, this.exited.then(() => 'exited'), late]);
    if (outcome !== 'ready') throw new Error(`the server ${outcome}:\n${this.log.join('\n')}`);
  }

  get address() {
    return new URL(this.url).host;
  }

  // The process dies as in a crash; the data directory stays.
  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  // The same server again: same address, same data.
  async restart() {
    return Server.start({ dataDir: this.dataDir, listen: this.address });
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.exited;
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

// A script's account: talks to the same HTTP API as everyone else.
export class Account {
  static async create(server, username, displayName) {
    const account = new Account(server, username, displayName);
    await account.call('POST', '/users', { username, password, display_name: displayName });
    await account.signIn();
    return account;
  }

  constructor(server, username, displayName) {
    Object.assign(this, { server, username, displayName, token: undefined });
  }

  async signIn() {
    const body = { username: this.username, password, device_name: 'Script' };
    const session = await this.call('POST', '/sessions', body);
    this.token = session.access_token;
    this.user = session.user;
  }

  openDirect(other) {
    return this.call('POST', '/chats', { type: 'direct', user: other.user });
  }

  createGroup(title, others) {
    const members = others.map((other) => other.user);
    return this.call('POST', '/chats', { type: 'group', title, members });
  }

  say(chat, text, replyTo) {
    const body = { client_id: randomUUID(), kind: 'text', text };
    if (replyTo !== undefined) body.reply_to = replyTo;
    return this.call('POST', `/chats/${chat}/messages`, body);
  }

  read(chat, seq) {
    return this.call('POST', `/chats/${chat}/read`, { seq });
  }

  async call(method, path, body) {
    const headers = { 'Content-Type': 'application/json' };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    const init = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(`${this.server.url}/v1${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}

// One person at one browser.
export class Person {
  static async arrive(browser, server, options = {}) {
    const { height = 800, width = 1280, ...rest } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      locale: 'en-GB',
      ...rest,
    });
    const page = await context.newPage();
    const person = new Person(context, page, server);
    await person.holdTheLine();
    page.on('pageerror', (error) => person.errors.push(String(error)));
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) person.errors.push(message.text());
    });
    await page.goto(server.url);
    return person;
  }

  constructor(context, page, server) {
    Object.assign(this, { context, page, server, errors: [] });
  }

  // The line to the server can be cut while the page itself still loads.
  async holdTheLine() {
    this.connected = true;
    this.lines = new Set();
    await this.page.routeWebSocket('**/v1/ws', (line) => {
      if (!this.connected) return line.close({ code: 4000 });
      line.connectToServer();
      this.lines.add(line);
    });
  }

  async disconnect() {
    this.connected = false;
    for (const line of this.lines) await line.close({ code: 4000 });
    this.lines.clear();
    await this.page.getByText('Reconnecting…').waitFor();
  }

  async reconnect() {
    this.connected = true;
    await this.page.getByText('Reconnecting…').waitFor({ state: 'detached' });
  }

  async signUp(username, displayName) {
    const { page } = this;
    this.name = displayName;
    const link = page.getByRole('button', { name: 'Create an account' });
    await link.or(page.getByLabel('Your name')).first().waitFor();
    if (await link.isVisible()) await link.click();
    await page.getByLabel('Your name').fill(displayName);
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await this.signedIn();
  }

  async signIn(username) {
    const { page } = this;
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await this.signedIn();
  }

  signedIn() {
    return this.page.getByRole('heading', { name: 'Chats' }).waitFor();
  }

  async beginChatWith(username) {
    const { page } = this;
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByLabel('Search people').fill(username);
    await page.getByRole('dialog').getByText(`@${username}`, { exact: true }).click();
    await this.composer().waitFor();
  }

  async beginGroup(title, usernames, { shared = false } = {}) {
    const { page } = this;
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByRole('dialog').getByText('New group').click();
    await page.getByLabel('Title').fill(title);
    if (shared) await page.getByLabel('Who joins later sees the earlier messages, too').check();
    for (const username of usernames) {
      await page.getByLabel('Search people').fill(username);
      await page.getByRole('dialog').getByText(`@${username}`, { exact: true }).click();
    }
    await page.getByRole('button', { name: 'Create group' }).click();
    await this.composer().waitFor();
  }

  openDetails() {
    return this.page.getByRole('button', { name: 'Chat details' }).click();
  }

  // Until it is gone, it keeps the keyboard from what lies behind it.
  async closeDialog() {
    await this.page.getByRole('button', { name: 'Close' }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  // Chooses from the menu of a chat in the list.
  async rowMenu(title, item) {
    await this.row(title).hover();
    await this.page.getByRole('button', { name: `What to do with ${title}` }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  // Chooses from the menu of a message.
  async openMessageMenu(text, item) {
    const row = this.log().locator('.bubble-row').filter({ hasText: text });
    await row.hover();
    await row.getByRole('button', { name: 'What to do with this message' }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  // The titles of the chat list, top to bottom.
  titles() {
    return this.page.locator('.chat-row-title').allTextContents();
  }

  openChat(title) {
    return this.row(title).click();
  }

  row(title) {
    return this.page.getByRole('navigation', { name: 'Chats' }).locator('.chat-row', {
      has: this.page.locator('.chat-row-title', { hasText: title }),
    });
  }

  composer() {
    return this.page.getByLabel('Message', { exact: true });
  }

  async say(text) {
    await this.composer().fill(text);
    await this.composer().press('Enter');
  }

  log() {
    return this.page.getByRole('log');
  }

  bubble(text) {
    return this.log().getByRole('article').filter({ hasText: text });
  }

  sees(text) {
    return this.bubble(text).first().waitFor();
  }

  // Waits until the tick of the person's own message says so: Sent, Delivered, Read, …
  tick(text, label) {
    return this.bubble(text).getByRole('img', { name: label, exact: true }).waitFor();
  }

  // The texts of the open conversation, top to bottom.
  texts() {
    return this.log().locator('.text').allTextContents();
  }

  leave() {
    return this.context.close();
  }
}

// Signed-up people, each in a browser of his own; all of them leave when the test is over, and no
// page of theirs may have failed.
export async function arriveAt(t, browser, server, names) {
  const people = [];
  for (const name of names) {
    const person = await Person.arrive(browser, server);
    t.after(() => person.leave());
    await person.signUp(name.toLowerCase(), `${name} Example`);
    people.push(person);
  }
  t.after(() => {
    for (const person of people) assert.deepEqual(person.errors, []);
  });
  return people;
}

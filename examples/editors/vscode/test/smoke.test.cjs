// The built extension with a stub of `vscode` and a real server: it starts, a profile is diagnosed, providers are registered, the
// command asks, it stops. ARMORER names the program (default: `armorer`, looked up).

const assert = require('node:assert/strict');
const fs = require('node:fs');
const Module = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { vscode, record, configuration, emitter } = require('./vscode.cjs');
const load = Module._load;
Module._load = (name, ...others) => (name === 'vscode' ? vscode : load(name, ...others));
const extension = require('../dist/extension.js');
const manifest = require('../package.json');

const text = 'include <tunables/global>\n\nprofile app /usr/bin/app {\n  @{APPDATA}/** rw,\n  capability net_admni,\n}\n';

async function until(what, condition) {
  for (let tries = 0; tries < 1200; tries += 1) {
    const value = condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} did not come; messages: ${record.messages.join('; ')}`);
}

const mended = text.replace('net_admni', 'net_admin').replace('profile app', 'profile mended');

function document(file, text) {
  const lines = text.split('\n');
  return {
    uri: vscode.Uri.file(file), fileName: file, languageId: 'apparmor', version: 1, isClosed: false, isDirty: false,
    lineCount: lines.length, getText: () => text, lineAt: (line) => ({ text: lines[line] }),
  };
}

test('the extension starts the server and shows what it finds', async () => {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'armorer-')));
  fs.mkdirSync(path.join(folder, 'apparmor.d/tunables'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'armorer.toml'), '[target]\nbase = "apparmor.d"\n');
  fs.writeFileSync(path.join(folder, 'apparmor.d/tunables/global'), '@{APPDATA} = /srv/app\n');
  const file = path.join(folder, 'apparmor.d/app');
  fs.writeFileSync(file, text);

  configuration['armorer.path'] = process.env.ARMORER || 'armorer';
  configuration['armorer.features'] = 'linux-6.12';
  vscode.workspace.workspaceFolders.push({ uri: vscode.Uri.file(folder), name: 'workspace', index: 0 });
  const open = document(file, text);
  // Where something is wrong, no policy comes about that could be asked.
  const asked = document(path.join(folder, 'apparmor.d/mended'), mended);
  vscode.workspace.textDocuments.push(open, asked);
  vscode.window.activeTextEditor = { document: asked, selection: { active: new vscode.Position(3, 4) } };

  const context = { subscriptions: [] };
  await extension.activate(context);
  assert.deepEqual(record.messages, []);
  emitter('onDidOpenTextDocument').fire(open);
  emitter('onDidOpenTextDocument').fire(asked);

  const found = await until('a diagnostic', () => record.diagnostics.get(open.uri.toString())?.find((one) => /net_admni/.test(one.message)));
  assert.equal(found.range.start.line, 4);
  for (const kind of ['DocumentFormattingEditProvider', 'CodeActionsProvider', 'HoverProvider', 'CompletionItemProvider', 'DefinitionProvider']) {
    await until(kind, () => record.providers.includes(`register${kind}`));
  }

  for (const { command } of manifest.contributes.commands) {
    assert.ok(record.commands.has(command), command);
  }
  record.input = '/srv/app/x';
  await record.commands.get('armorer.queryPath')();
  assert.deepEqual(record.messages, []);
  assert.match(record.documents[0].content, /\/srv\/app\/x/);

  await extension.deactivate();
  context.subscriptions.forEach((one) => one.dispose());
  fs.rmSync(folder, { recursive: true });
});

test('a server that is not there is told', async () => {
  configuration['armorer.path'] = '/nowhere/armorer';
  await extension.activate({ subscriptions: [] });
  assert.ok(record.messages.some((text) => /armorer\.path/.test(text)), record.messages.join('; '));
});

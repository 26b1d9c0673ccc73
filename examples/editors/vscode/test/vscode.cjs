// What of the module `vscode` the extension and vscode-languageclient touch, recorded: VS Code itself is not there.

const fs = require('node:fs');
const { EventEmitter: Emitter } = require('node:events');
const { pathToFileURL, fileURLToPath } = require('node:url');

const record = { commands: new Map(), providers: [], diagnostics: new Map(), messages: [], documents: [], input: undefined };

class Disposable {
  constructor(dispose) { this.dispose = dispose ?? (() => {}); }
  static from(...all) { return new Disposable(() => all.forEach((one) => one.dispose())); }
}
const disposable = () => new Disposable();

class EventEmitter {
  #emitter = new Emitter();
  event = (listener, self) => {
    const bound = self ? listener.bind(self) : listener;
    this.#emitter.on('fire', bound);
    return new Disposable(() => this.#emitter.off('fire', bound));
  };
  fire(value) { this.#emitter.emit('fire', value); }
  dispose() { this.#emitter.removeAllListeners(); }
}
const events = new Map();
/** The emitter of an event such as `onDidOpenTextDocument`. */
const emitter = (name) => events.get(name) ?? events.set(name, new EventEmitter()).get(name);

class Uri {
  constructor(text) {
    this.text = text;
    const url = new URL(text);
    [this.scheme, this.authority, this.path] = [url.protocol.slice(0, -1), url.host, decodeURIComponent(url.pathname)];
    this.fsPath = this.scheme === 'file' ? fileURLToPath(url) : this.path;
  }
  static parse(text) { return new Uri(text); }
  static file(path) { return new Uri(pathToFileURL(path).href); }
  toString() { return this.text; }
}

class Position {
  constructor(line, character) { Object.assign(this, { line, character }); }
}
class Range {
  constructor(a, b, c, d) {
    [this.start, this.end] = a instanceof Position ? [a, b] : [new Position(a, b), new Position(c, d)];
  }
}
class Diagnostic {
  constructor(range, message, severity) { Object.assign(this, { range, message, severity }); }
}
class CodeActionKind {
  constructor(value) { this.value = value; }
  static Empty = new CodeActionKind('');
  append(part) { return new CodeActionKind(this.value ? `${this.value}.${part}` : part); }
}
for (const [name, value] of [['QuickFix', 'quickfix'], ['Refactor', 'refactor'], ['Source', 'source'], ['SourceFixAll', 'source.fixAll']]) {
  CodeActionKind[name] = CodeActionKind.Empty.append(value);
}
class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: disposable };
  cancel() { this.token.isCancellationRequested = true; }
  dispose() {}
}

const configuration = {};
const known = {
  Disposable, EventEmitter, Uri, Position, Range, Diagnostic, CancellationTokenSource, CodeActionKind,
  version: '1.91.0',
  env: { language: 'en', appName: 'a test', clipboard: {}, isTelemetryEnabled: false },
  ViewColumn: { Beside: -2 },
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  workspace: group({
    workspaceFolders: [],
    textDocuments: [],
    notebookDocuments: [],
    isTrusted: true,
    fs: {},
    getConfiguration: (section) => ({
      get: (name, otherwise) => configuration[section ? `${section}.${name}` : name] ?? otherwise,
      inspect: () => undefined,
    }),
    getWorkspaceFolder: () => known.workspace.workspaceFolders[0],
    createFileSystemWatcher: () => ({ onDidCreate: disposable, onDidChange: disposable, onDidDelete: disposable, dispose() {} }),
    openTextDocument: async (document) => (record.documents.push(document), document),
  }),
  window: group({
    visibleTextEditors: [],
    activeTextEditor: undefined,
    tabGroups: { all: [], onDidChangeTabs: disposable, onDidChangeTabGroups: disposable },
    createOutputChannel: () => ({ append() {}, appendLine() {}, show() {}, clear() {}, dispose() {}, trace() {}, debug() {}, info() {},
      warn() {}, error() {}, onDidChangeLogLevel: disposable, logLevel: 2 }),
    showErrorMessage: async (text) => void record.messages.push(text),
    showWarningMessage: async (text) => void record.messages.push(text),
    showInformationMessage: async (text) => void record.messages.push(text),
    showInputBox: async () => record.input,
    showTextDocument: async () => {},
  }),
  languages: group({
    match: (selector, document) => [selector].flat().some((filter) => filter.language === document.languageId) ? 10 : 0,
    createDiagnosticCollection: () => ({
      set: (uri, all) => record.diagnostics.set(uri.toString(), all ?? []),
      delete: (uri) => record.diagnostics.delete(uri.toString()),
      get: (uri) => record.diagnostics.get(uri.toString()), has: (uri) => record.diagnostics.has(uri.toString()),
      clear() {}, dispose() {}, forEach() {},
    }),
  }),
  commands: {
    registerCommand: (name, run) => (record.commands.set(name, run), disposable()),
    executeCommand: async (name, ...rest) => record.commands.get(name)?.(...rest),
    getCommands: async () => [...record.commands.keys()],
  },
  extensions: { getExtension: () => undefined, all: [] },
};

/** Events are there for the asking, and `register…` functions write down what was registered. */
function group(members) {
  return new Proxy(members, {
    get(target, name) {
      if (name in target || typeof name !== 'string') return target[name];
      if (name.startsWith('on')) return emitter(name).event;
      if (name.startsWith('register')) return () => (record.providers.push(name), disposable());
      return undefined;
    },
  });
}

/** Classes that are only extended, and enumerations of which only the names are read: all that the real module declares. */
const declarations = fs.readFileSync(require.resolve('@types/vscode/index.d.ts'), 'utf8');
const vscode = { ...known };
for (const [, name] of declarations.matchAll(/^\texport (?:class|enum) (\w+)/gm)) {
  vscode[name] ??= { [name]: class { constructor(...all) { Object.assign(this, { all }); } } }[name];
}

module.exports = { vscode, record, configuration, emitter };

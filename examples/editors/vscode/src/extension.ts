// Starts `armorer lsp` for profiles and for manifests that hold them, and asks it what a profile may do to a path.

import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';

let client: LanguageClient | undefined;

/** Settings of the server, as `initializationOptions` and `workspace/didChangeConfiguration` carry them. */
function settings(): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration('armorer');
  const names = ['base', 'include', 'features', 'automata', 'costs'];
  const set = names.map((name) => [name, configuration.get(name)] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== undefined && value !== null));
}

async function start(): Promise<void> {
  const command = vscode.workspace.getConfiguration('armorer').get<string>('path') || 'armorer';
  const server: ServerOptions = { command, args: ['lsp'] };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'apparmor' },
      { scheme: 'file', language: 'yaml' },
    ],
    initializationOptions: settings(),
  };
  client = new LanguageClient('armorer', 'armorer', server, options);
  try {
    await client.start();
  } catch (problem) {
    vscode.window.showErrorMessage(`armorer: '${command} lsp' does not start: ${String(problem)} (setting armorer.path)`);
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.isRunning()) {
    await running.stop();
  }
}

/** What the command `armorer.query` answers with. */
interface Answer {
  markdown: string;
}

async function queryPath(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!client || !editor) {
    vscode.window.showErrorMessage('armorer: no profile is open');
    return;
  }
  const path = await vscode.window.showInputBox({
    title: 'What may this profile do to a path?',
    prompt: 'The path, as a process names it',
    placeHolder: '/etc/shadow',
    validateInput: (value) => (value.startsWith('/') ? undefined : 'A path begins with /'),
  });
  if (path === undefined) {
    return;
  }
  try {
    const answer: Answer = await client.sendRequest('workspace/executeCommand', {
      command: 'armorer.query',
      arguments: [
        {
          uri: client.code2ProtocolConverter.asUri(editor.document.uri),
          position: client.code2ProtocolConverter.asPosition(editor.selection.active),
          access: path,
        },
      ],
    });
    const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: answer.markdown });
    await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  } catch (problem) {
    vscode.window.showErrorMessage(`armorer: ${problem instanceof Error ? problem.message : String(problem)}`);
  }
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand('armorer.queryPath', queryPath),
    vscode.commands.registerCommand('armorer.restart', async () => {
      await stop();
      await start();
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration('armorer.path')) {
        await stop();
        await start();
      } else if (change.affectsConfiguration('armorer')) {
        await client?.sendNotification('workspace/didChangeConfiguration', { settings: { armorer: settings() } });
      }
    }),
  );
  await start();
}

export function deactivate(): Promise<void> {
  return stop();
}

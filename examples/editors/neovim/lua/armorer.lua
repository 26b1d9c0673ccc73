-- AppArmor profiles in Neovim: file types, and the language server `armorer lsp`.
--
-- Neovim 0.7 or newer. Copy this file to ~/.config/nvim/lua/armorer.lua, and write into ~/.config/nvim/init.lua:
--
--   require('armorer').setup()
--   require('armorer').setup({ cmd = { '/opt/armorer', 'lsp' }, settings = { features = 'linux-6.12' } })

local M = {}

-- What `setup` takes.
local defaults = {
  -- The command of the server.
  cmd = { 'armorer', 'lsp' },
  -- In place of what armorer.toml says: `base`, `include` (a list), `features`, `automata`, `costs`.
  settings = {},
  -- Called with the client and the buffer when the server has attached, in place of `M.keys`.
  on_attach = nil,
}

-- What is at the root of a workspace; a folder of profiles is one, too.
local markers = { 'armorer.toml', '.git' }

local function is_profile(path)
  return path:find('/apparmor%.d/') ~= nil or path:find('%.apparmor$') ~= nil
end

-- Whether a YAML file may hold profiles: ConfigMaps and pods that use them name AppArmor.
local function names_apparmor(buffer)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, 500, false)
  return table.concat(lines, '\n'):lower():find('apparmor', 1, true) ~= nil
end

-- The folder above a file that has a marker, else the tree of profiles that it is in, else its own.
local function root(path)
  local folder = vim.fn.fnamemodify(path, ':h')
  local at = folder
  while true do
    for _, marker in ipairs(markers) do
      if vim.loop.fs_stat(at .. '/' .. marker) then
        return at
      end
    end
    local above = vim.fn.fnamemodify(at, ':h')
    if above == at then
      return path:match('^(.*/apparmor%.d)/') or folder
    end
    at = above
  end
end

-- Keys that Neovim 0.11 has by itself, and older ones do not.
function M.keys(client, buffer)
  local function map(keys, action)
    vim.keymap.set('n', keys, action, { buffer = buffer })
  end
  map('K', vim.lsp.buf.hover)
  map('gd', vim.lsp.buf.definition)
  map('grr', vim.lsp.buf.references)
  map('grn', vim.lsp.buf.rename)
  map('gra', vim.lsp.buf.code_action)
  map('gO', vim.lsp.buf.document_symbol)
  vim.api.nvim_buf_set_option(buffer, 'omnifunc', 'v:lua.vim.lsp.omnifunc')
end

-- Asks what the profile at the cursor may do to a path, or whether it may do an access such as `capability net_admin`, and shows
-- the answer.
function M.query(client, access)
  local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local question = { uri = place.textDocument.uri, position = place.position, access = access }
  local command = { command = 'armorer.query', arguments = { question } }
  vim.lsp.buf_request(0, 'workspace/executeCommand', command, function(error, answer)
    if error then
      vim.notify(error.message, vim.log.levels.ERROR)
    elseif answer then
      vim.lsp.util.open_floating_preview(vim.split(vim.trim(answer.text), '\n'), 'text', { border = 'single' })
    end
  end)
end

-- Clients by command and root, so that all files of a workspace share one server.
local clients = {}

local function attach(options, buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  if path == '' or (vim.bo[buffer].filetype == 'yaml' and not names_apparmor(buffer)) then
    return
  end
  local folder = root(path)
  local client = clients[folder]
  if not client or vim.lsp.client_is_stopped(client) then
    client = vim.lsp.start_client({
      name = 'armorer',
      cmd = options.cmd,
      root_dir = folder,
      workspace_folders = { { uri = vim.uri_from_fname(folder), name = folder } },
      -- An empty table would be a list in JSON.
      init_options = next(options.settings) and options.settings or nil,
      on_attach = options.on_attach or M.keys,
    })
    clients[folder] = client
  end
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
end

local function filetypes()
  local group = vim.api.nvim_create_augroup('armorer-filetype', {})
  vim.api.nvim_create_autocmd({ 'BufNewFile', 'BufRead' }, {
    group = group,
    callback = function(event)
      local path = vim.fn.fnamemodify(event.file, ':p')
      local yaml = path:find('%.ya?ml$') ~= nil
      if is_profile(path) and not yaml then
        vim.bo[event.buf].filetype = 'apparmor'
      end
    end,
  })
  -- The modeline of profiles, `# vim:syntax=apparmor`, names no file type.
  vim.api.nvim_create_autocmd('Syntax', {
    group = group,
    pattern = 'apparmor',
    nested = true,
    callback = function(event)
      local filetype = vim.bo[event.buf].filetype
      if filetype == '' or filetype == 'conf' then
        vim.bo[event.buf].filetype = 'apparmor'
      end
    end,
  })
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = 'apparmor',
    callback = function(event)
      vim.bo[event.buf].commentstring = '# %s'
      vim.bo[event.buf].expandtab = true
      vim.bo[event.buf].shiftwidth = 2
    end,
  })
end

function M.setup(options)
  options = vim.tbl_extend('force', defaults, options or {})
  filetypes()
  vim.api.nvim_create_user_command('ArmorerQuery', function(arguments)
    for _, client in pairs(vim.lsp.buf_get_clients(0)) do
      if client.name == 'armorer' then
        return M.query(client, arguments.args)
      end
    end
    vim.notify('armorer is not attached to this buffer', vim.log.levels.ERROR)
  end, { nargs = 1, complete = 'file', desc = 'What may the profile at the cursor do to a path?' })

  if vim.lsp.config and vim.lsp.enable then
    -- Neovim 0.11 and newer start servers themselves.
    vim.lsp.config('armorer', {
      cmd = options.cmd,
      filetypes = { 'apparmor', 'yaml' },
      init_options = next(options.settings) and options.settings or nil,
      on_attach = options.on_attach,
      root_dir = function(buffer, start)
        if vim.bo[buffer].filetype ~= 'yaml' or names_apparmor(buffer) then
          start(root(vim.api.nvim_buf_get_name(buffer)))
        end
      end,
    })
    vim.lsp.enable('armorer')
    return
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('armorer-attach', {}),
    pattern = { 'apparmor', 'yaml' },
    callback = function(event)
      attach(options, event.buf)
    end,
  })
end

return M

-- Run as the init file of a headless Neovim: opens a profile of the workspace ARMORER_WORKSPACE with examples/editors/neovim and
-- tells what came of each step, `ok NAME` or `failed NAME: WHY`.

local workspace = vim.env.ARMORER_WORKSPACE
local patience = 120000

vim.opt.runtimepath:prepend(vim.env.ARMORER_EXAMPLES .. '/neovim')
vim.opt.swapfile = false
vim.lsp.set_log_level('warn')
require('armorer').setup({ cmd = { vim.env.ARMORER_BINARY, 'lsp' } })

local failed = false

local function tell(text)
  io.stdout:write(text .. '\n')
end

-- Waits until something holds.
local function step(name, condition)
  local done, result = pcall(vim.wait, patience, condition, 20)
  if done and result then
    tell('ok ' .. name)
  else
    failed = true
    tell('failed ' .. name .. ': ' .. tostring(result))
  end
end

local function at(text)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  assert(vim.fn.search(text, 'cW') > 0, text)
end

-- The text of a floating window, where one is open.
local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
    end
  end
  return ''
end

local function close()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      vim.api.nvim_win_close(window, true)
    end
  end
end

local function diagnosed(text)
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    if diagnostic.message:find(text, 1, true) then
      return true
    end
  end
  return false
end

local function run()
  vim.cmd('edit ' .. workspace .. '/apparmor.d/app')
  step('filetype', function()
    return vim.bo.filetype == 'apparmor'
  end)
  step('attach', function()
    return next(vim.lsp.buf_get_clients(0)) ~= nil
  end)
  step('diagnostic', function()
    return diagnosed('net_admni')
  end)
  at('net_admni')
  vim.cmd('normal! ciwnet_admin')
  step('diagnostic gone', function()
    return not diagnosed('net_admni')
  end)
  vim.cmd('ArmorerQuery /srv/app/x')
  step('query', function()
    return floating():find('/srv/app/x', 1, true) ~= nil
  end)
  close()
  vim.lsp.buf.hover()
  step('hover', function()
    return floating():lower():find('network', 1, true) ~= nil
  end)
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ timeout_ms = patience })
  else
    vim.lsp.buf.formatting_sync(nil, patience)
  end
  step('format', function()
    return vim.fn.getline(5) == '  capability net_admin,'
  end)
  at('APPDATA')
  vim.lsp.buf.definition()
  step('definition', function()
    return vim.api.nvim_buf_get_name(0):find('tunables/global$') and vim.fn.getline('.'):find('^@{APPDATA}')
  end)
  vim.cmd('edit! ' .. workspace .. '/profiles.yaml')
  step('manifest', function()
    return diagnosed('net_admni')
  end)
  vim.cmd('enew!')
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { '# vim:syntax=apparmor' })
  vim.cmd('doautocmd BufRead | doautocmd BufReadPost')
  vim.bo.syntax = 'apparmor'
  step('modeline', function()
    return vim.bo.filetype == 'apparmor'
  end)
end

vim.api.nvim_create_autocmd('VimEnter', {
  -- What happens in it shall trigger further commands, as when a user does it.
  nested = true,
  callback = function()
    local done, problem = pcall(run)
    if not done then
      failed = true
      tell('failed: ' .. tostring(problem))
    end
    vim.cmd(failed and 'cquit!' or 'qall!')
  end,
})

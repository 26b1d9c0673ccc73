;;; emacs.el --- Steps of tests/system/editors.rs in a batch Emacs -*- lexical-binding: t -*-

;; Opens a profile of the workspace ARMORER_WORKSPACE with examples/editors/emacs and tells what came of each step,
;; `ok NAME' or `failed NAME'.

(require 'package)
(package-initialize)
(add-to-list 'load-path (expand-file-name "emacs" (getenv "ARMORER_EXAMPLES")))
(setq eglot-connect-timeout 120
      eglot-sync-connect 120
      eglot-autoshutdown nil
      flymake-no-changes-timeout 0.1
      make-backup-files nil
      auto-save-default nil)
(require 'flymake)
(require 'xref)
(require 'armorer)
(setq armorer-command (list (getenv "ARMORER_BINARY") "lsp"))

(defvar armorer-test-failed nil)

(defmacro armorer-test-step (name condition)
  "Wait until CONDITION holds, and tell so as NAME."
  `(let ((deadline (time-add nil 120)) (done nil))
     (while (not (or (setq done ,condition) (time-less-p deadline nil)))
       (accept-process-output nil 0.05))
     (unless done (setq armorer-test-failed t))
     (princ (format "%s %s\n" (if done "ok" "failed") ,name))))

(defun armorer-test-diagnosed (text)
  "Whether Flymake has a diagnostic with TEXT."
  (seq-some (lambda (one) (string-match-p text (flymake-diagnostic-text one))) (flymake-diagnostics)))

(defun armorer-test-at (text)
  "Go to TEXT."
  (goto-char (point-min))
  (search-forward text)
  (goto-char (match-beginning 0)))

(find-file (expand-file-name "apparmor.d/app" (getenv "ARMORER_WORKSPACE")))
(armorer-test-step "mode" (eq major-mode 'armorer-mode))
(apply #'eglot (eglot--guess-contact))
(armorer-test-step "attach" (eglot-managed-p))
(unless flymake-mode (flymake-mode 1))
(flymake-start)
(armorer-test-step "diagnostic" (armorer-test-diagnosed "net_admni"))
(armorer-test-at "net_admni")
(forward-char 2)
(replace-regexp-in-region "net_admni" "net_admin" (point-min))
(eglot--signal-textDocument/didChange)
(armorer-test-step "diagnostic gone" (progn (flymake-start) (not (armorer-test-diagnosed "net_admni"))))
(armorer-test-at "net_admin")
(armorer-test-step
 "hover"
 (let ((answer (jsonrpc-request (eglot--current-server-or-lose) :textDocument/hover (eglot--TextDocumentPositionParams))))
   (and answer (string-match-p "network" (downcase (eglot--hover-info (plist-get answer :contents) (plist-get answer :range)))))))
(armorer-test-step "query" (string-match-p "/srv/app/x" (armorer-query "/srv/app/x")))
(eglot-format-buffer)
(armorer-test-step
 "format" (progn (goto-char (point-min)) (re-search-forward "^  capability net_admin,$" nil t)))
(armorer-test-at "APPDATA")
(xref-find-definitions (xref-backend-identifier-at-point (xref-find-backend)))
(armorer-test-step
 "definition"
 (with-current-buffer (window-buffer)
   (and (string-suffix-p "tunables/global" (or (buffer-file-name) ""))
        (save-excursion (goto-char (window-point)) (beginning-of-line) (looking-at-p "@{APPDATA}")))))
(kill-emacs (if armorer-test-failed 1 0))

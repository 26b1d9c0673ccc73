;;; armorer.el --- AppArmor profiles with the language server of armorer -*- lexical-binding: t -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0
;; Version: 0.1
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages

;;; Commentary:

;; A major mode for AppArmor profiles, and `armorer lsp' as its server in Eglot (part of Emacs since 29; in Debian 12: elpa-eglot).
;;
;;   (add-to-list 'load-path "/where/this/file/is")
;;   (require 'armorer)
;;   (add-hook 'armorer-mode-hook #'eglot-ensure)

;;; Code:

(require 'eglot)
(require 'project)
(require 'subr-x)

(defgroup armorer nil
  "AppArmor profiles."
  :group 'languages)

(defcustom armorer-command '("armorer" "lsp")
  "The command of the language server."
  :type '(repeat string))

(defvar armorer-font-lock-keywords
  (list
   (cons (regexp-opt '("abi" "alias" "all" "audit" "allow" "deny" "prompt" "owner" "other" "priority" "include" "if" "else" "not"
                       "defined" "exists" "profile" "hat" "capability" "network" "mount" "remount" "umount" "pivot_root" "signal"
                       "ptrace" "dbus" "unix" "file" "link" "subset" "change_profile" "rlimit" "set" "userns" "mqueue" "io_uring")
                     'symbols)
         'font-lock-keyword-face)
   '("[@$]{[A-Za-z0-9_]+}" . font-lock-variable-name-face)
   '("\\_<\\(?:profile\\|hat\\)\\s-+\\([^ \t\n({]+\\)" 1 font-lock-function-name-face)
   '("\\_<\\(?:include\\|abi\\)\\s-+\\(?:if\\s-+exists\\s-+\\)?\\(<[^>\n]+>\\)" 1 font-lock-string-face))
  "What stands out in a profile.")

(defvar armorer-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?' "." table)
    table)
  "Comments, strings and brackets of profiles.")

;;;###autoload
(define-derived-mode armorer-mode prog-mode "AppArmor"
  "Major mode for AppArmor profiles."
  (setq-local comment-start "# "
              comment-start-skip "#+\\s-*"
              indent-tabs-mode nil
              tab-width 2
              font-lock-defaults '(armorer-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("/apparmor\\.d/.*[^/]\\'" . armorer-mode))
;;;###autoload
(add-to-list 'auto-mode-alist '("\\.apparmor\\'" . armorer-mode))

(add-to-list 'eglot-server-programs
             `((armorer-mode :language-id "apparmor") . ,(lambda (&rest _) armorer-command)))

(defun armorer-project (directory)
  "The workspace of DIRECTORY: the folder above it that has an armorer.toml."
  (when-let ((root (locate-dominating-file directory "armorer.toml")))
    (cons 'transient root)))

(add-hook 'project-find-functions #'armorer-project)

(defun armorer-query (access)
  "Tell what the profile at point may do to a path, or whether it may do ACCESS.
An access is written as `armorer query' takes it: capability net_admin."
  (interactive "sWhat may the profile at point do to: ")
  (let* ((place (eglot--TextDocumentPositionParams))
         (question (list :uri (plist-get (plist-get place :textDocument) :uri)
                         :position (plist-get place :position)
                         :access access))
         (answer (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                                  (list :command "armorer.query" :arguments (vector question)))))
    (message "%s" (string-trim (plist-get answer :text)))))

(provide 'armorer)
;;; armorer.el ends here

# An SSH server: a key of the host, a login by key, a command.
prepare() {
  mkdir -p /etc/dropbear /root/.ssh /var/log
  chmod 700 /root /root/.ssh
  rm -f /root/.ssh/id_dropbear
  dropbearkey -t ed25519 -f /root/.ssh/id_dropbear | grep ^ssh- > /root/.ssh/authorized_keys
  chmod 600 /root/.ssh/authorized_keys
}
exercise() {
  dropbear -R -E -p 127.0.0.1:2222 -P /run/dropbear.pid 2> /dev/null
  within 100 test -e /run/dropbear.pid
  dbclient -y -i /root/.ssh/id_dropbear -p 2222 root@127.0.0.1 'cat /etc/motd' 2> /dev/null
  kill "$(cat /run/dropbear.pid)"
  within 50 gone /run/dropbear.pid && echo stopped
}

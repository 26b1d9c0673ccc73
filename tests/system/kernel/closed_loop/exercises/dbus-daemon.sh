# A message bus: a name, a call, a peer without confinement.
prepare() { mkdir -p /run/dbus; chown messagebus:messagebus /run/dbus; dbus-uuidgen --ensure=/etc/machine-id; }
exercise() {
  dbus-daemon --config-file=/etc/dbus-1/bus.conf
  within 100 test -S /run/dbus/bus
  send() { dbus-send --bus=unix:path=/run/dbus/bus --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus."$@"; }
  send NameHasOwner string:org.freedesktop.DBus
  send Peer.Ping && echo ping
  kill "$(cat /run/dbus/pid)"
  within 50 gone /run/dbus/pid && echo stopped
}

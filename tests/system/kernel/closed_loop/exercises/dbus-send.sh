# A client of a message bus that mediates for it.
prepare() { mkdir -p /run/dbus; chown messagebus:messagebus /run/dbus; dbus-uuidgen --ensure=/etc/machine-id; }
exercise() {
  dbus-daemon --config-file=/etc/dbus-1/bus.conf
  within 100 test -S /run/dbus/bus
  dbus-send --bus=unix:path=/run/dbus/bus --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetId | wc -c
  dbus-send --bus=unix:path=/run/dbus/bus --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.example
  kill "$(cat /run/dbus/pid)"
  within 50 gone /run/dbus/pid && echo stopped
}

# A DNS server.
prepare() { mkdir -p /var/log /run/dnsmasq /var/lib/misc; chown dnsmasq:nogroup /run/dnsmasq; }
exercise() {
  dnsmasq --conf-file=/etc/dnsmasq.conf
  within 100 test -s /run/dnsmasq/dnsmasq.pid
  nslookup service.example 127.0.0.1 2> /dev/null | sed -n 's/^Address.*: *\(10\..*\)/\1/p'
  kill -HUP "$(cat /run/dnsmasq/dnsmasq.pid)"
  nslookup missing.example 127.0.0.1 2>&1 | grep -q NXDOMAIN && echo unknown
  kill "$(cat /run/dnsmasq/dnsmasq.pid)"
  within 50 gone /run/dnsmasq/dnsmasq.pid && echo stopped
}

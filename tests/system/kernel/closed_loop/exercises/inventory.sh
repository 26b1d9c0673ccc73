# A Python program.
prepare() { hostname workshop; }
exercise() {
  inventory
  grep -c '"host": "workshop"' /var/lib/inventory/report.json
  wc -l < /var/log/inventory.log
}

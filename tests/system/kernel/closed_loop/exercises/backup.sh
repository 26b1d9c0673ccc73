# A shell script with the programs that it calls.
prepare() { mkdir -p /var/backups; }
exercise() {
  backup /srv/www
  backup /srv/www > /dev/null
  zcat /var/backups/site/0.tar.gz | tar -x -O ./index.html
}

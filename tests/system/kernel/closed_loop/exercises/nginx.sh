# A web server: a page, a missing page, new log files on a signal.
prepare() { mkdir -p /var/log/nginx /var/lib/nginx; }
exercise() {
  nginx
  within 100 wget -q -O /dev/null http://127.0.0.1/
  wget -q -O - http://127.0.0.1/
  wget -q -O - http://127.0.0.1/missing 2>&1 | sed 's/.*error: //'
  mv /var/log/nginx/access.log /var/log/nginx/access.log.1
  nginx -s reopen 2> /dev/null
  within 50 test -e /var/log/nginx/access.log
  wget -q -O /dev/null http://127.0.0.1/ && within 50 grep -c 'GET / ' /var/log/nginx/access.log
  nginx -s quit 2> /dev/null
  within 100 gone /run/nginx.pid && echo stopped
}

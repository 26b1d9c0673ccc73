# A cache over TCP.
prepare() { mkdir -p /run/memcached; chown memcache:memcache /run/memcached; }
exercise() {
  memcached -d -u memcache -l 127.0.0.1 -p 11211 -m 8 -P /run/memcached/pid
  within 100 test -s /run/memcached/pid
  ask() { printf "$1\r\nquit\r\n" | nc 127.0.0.1 11211 | tr -d '\r'; }
  within 50 sh -c 'printf "version\r\nquit\r\n" | nc 127.0.0.1 11211 | grep -q VERSION'
  ask 'set colour 0 0 5\r\ngreen'
  ask 'get colour'
  kill "$(cat /run/memcached/pid)"
  within 50 gone /run/memcached/pid && echo stopped
}

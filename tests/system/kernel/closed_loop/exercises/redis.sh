# A store: values, a dump by a child process, and the same values after a restart.
prepare() {
  mkdir -p /var/lib/redis /var/log/redis /run/redis
  chown redis:redis /var/lib/redis /var/log/redis /run/redis
}
exercise() {
  redis-server /etc/redis/redis.conf
  within 100 sh -c 'redis-cli ping 2> /dev/null | grep -q PONG'
  redis-cli set colour green
  redis-cli save
  redis-cli bgsave
  within 100 sh -c 'redis-cli info persistence | grep -q rdb_bgsave_in_progress:0'
  redis-cli shutdown
  within 100 gone /run/redis/redis-server.pid
  redis-server /etc/redis/redis.conf
  within 100 sh -c 'redis-cli ping 2> /dev/null | grep -q PONG'
  redis-cli get colour
  redis-cli shutdown
  within 100 gone /run/redis/redis-server.pid && echo stopped
}

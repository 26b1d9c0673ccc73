# A database: its first start, a table, a query, a restart.
prepare() {
  mkdir -p /var/lib/mysql /run/mysqld
  chown mysql:mysql /var/lib/mysql /run/mysqld
}
sql() { mariadb --no-defaults -S /run/mysqld/mysqld.sock -N -e "$1"; }
run() {
  mariadbd --no-defaults --user=mysql --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock --pid-file=/run/mysqld/mysqld.pid \
    --skip-grant-tables --skip-networking --innodb-log-file-size=4M --innodb-buffer-pool-size=8M > /tmp/mariadb.log 2>&1 &
  SERVER=$!
  # One that has ended never answers.
  within 600 eval '{ sql "SELECT 1" || ! kill -0 $SERVER; }' > /dev/null 2>&1
}
exercise() {
  run
  sql 'CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, item VARCHAR(20)) ENGINE=InnoDB'
  sql "INSERT INTO shop.orders VALUES (1, 'anvil'), (2, 'spanner')"
  sql 'SHUTDOWN'; wait
  run
  sql 'SELECT item FROM shop.orders ORDER BY id DESC; DROP DATABASE shop; SHUTDOWN'; wait
  gone /run/mysqld/mysqld.pid && echo stopped
}

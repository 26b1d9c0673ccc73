# An embedded database: a file, a journal, a sort, an export.
prepare() { mkdir -p /srv/data; }
exercise() {
  sqlite3 /srv/data/shop.db 'CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT); INSERT INTO orders (item) VALUES ("anvil"), ("spanner");'
  echo 'UPDATE orders SET item = "hammer" WHERE id = 1;' > /srv/data/change.sql
  sqlite3 /srv/data/shop.db '.read /srv/data/change.sql' '.mode csv' '.output /srv/data/orders.csv' 'SELECT * FROM orders ORDER BY item DESC;'
  cat /srv/data/orders.csv
}

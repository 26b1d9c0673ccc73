# File systems: one in memory, one bound to another place, read-only.
prepare() { mkdir -p /mnt/scratch /mnt/www; }
exercise() {
  /usr/bin/mount -t tmpfs -o nosuid,nodev,size=1m scratch /mnt/scratch
  echo kept > /mnt/scratch/note
  /usr/bin/mount --bind /srv/www /mnt/www
  /usr/bin/mount -o remount,bind,ro /mnt/www
  cat /mnt/scratch/note /mnt/www/index.html
  touch /mnt/www/new 2>&1 | sed 's/.*: //'
  /applets/umount /mnt/www; /applets/umount /mnt/scratch
}

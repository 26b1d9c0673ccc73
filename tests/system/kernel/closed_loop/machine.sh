# Runs inside the machine: loads the policies in /policies, has each program of PROGRAMS do its exercise, and shows what came of it.
# With CANARY=1, a process under the same profile then tries what the program never did. Prints `RESULT NAME KIND TEXT`.
POLICY=/sys/kernel/security/apparmor
for merged in bin sbin lib lib64; do
  if [ -d /$merged ]; then cp -a /$merged/. /usr/$merged; rm -r /$merged; fi
  ln -s usr/$merged /$merged
done
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/applets
export HOME=/root LC_ALL=C.UTF-8
mkdir -p /dev /run /tmp /root /var/log /var/cache
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs run /run
chmod 1777 /tmp; chmod 640 /etc/shadow; chmod 755 /usr/local/bin/*
ln -s /proc/self/fd /dev/fd; ln -s /proc/mounts /etc/mtab; ln -s ../run /var/run
echo 0 > /proc/sys/kernel/printk_ratelimit
ifconfig lo 127.0.0.1 up

# within N COMMAND...: waits up to N tenths of a second until the command succeeds.
within() {
  TENTHS=$1; shift
  until "$@"; do
    [ "$TENTHS" -gt 0 ] || return 1
    TENTHS=$((TENTHS - 1)); /applets/sleep 0.1
  done
}
gone() { [ ! -e "$1" ]; }
lines() { sed "s/^/RESULT $1 $2 /"; }
# What the kernel logs comes later than what it is about: a record of our own marks the end.
logged() {
  echo -n "mark.$1" > $POLICY/.remove
  until dmesg | grep -q "name=\"mark.$1\""; do /applets/sleep 0.1; done
  dmesg -c | grep -E 'apparmor=|type=1107' | grep -v -e 'name="mark\.' -e 'apparmor="STATUS"' | lines "$1" log
} 2> /dev/null

canary() {
  PROFILE=$(sed -n '/\/\//d; s/ ([a-z]*)$//p' $POLICY/profiles | head -n 1)
  try() { NAME=$1; shift; echo "$NAME $(/bin/probe in "$PROFILE" "$@" 2> /dev/null)"; }
  try shadow open-read /etc/shadow
  try program open-write /usr/bin/canary
  try socket socket 2 3 1
  try trace trace 1
}

for program in $PROGRAMS; do
  BEGAN=$(cut -d ' ' -f 1 /proc/uptime)
  . /exercises/$program.sh
  prepare > /dev/null 2>&1
  if [ -e /policies/$program ]; then
    dd if=/policies/$program of=$POLICY/.replace bs=16M 2>&1 | sed -n 's/^dd: .*: //p' | lines $program load
  fi
  dmesg -c > /dev/null
  exercise 2>&1 < /dev/null | lines $program work
  logged $program
  [ -z "$CANARY" ] || canary | lines $program canary
  sed 's/ ([a-z]*)$//; /\/\//d' $POLICY/profiles | while read -r name; do echo -n "$name" > $POLICY/.remove; done
  echo "NOTE $program: $(echo "$(cut -d ' ' -f 1 /proc/uptime) $BEGAN" | awk '{ print $1 - $2 }') s"
done

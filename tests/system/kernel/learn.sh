# Runs inside the machine: `armorer learn` for a profile that may not read `/b`. Prints `RESULT NAME VALUE`.
export PATH=/applets:/bin:/sbin
POLICY=/sys/kernel/security/apparmor
result() { echo "RESULT $*"; }
# The kernel's log takes ten records in five seconds, and drops the others.
echo 0 > /proc/sys/kernel/printk_ratelimit
mkdir -p /tmp /srv /dev
[ -e /dev/kmsg ] || mknod /dev/kmsg c 1 11
cp /bin/busybox /srv/busybox
for file in a b; do echo $file > /$file; done

loaded() { echo $(sed -n 's/^\(web\|spare\)\(.*\) (\(.*\))$/\1\2:\3/p' $POLICY/profiles | sort | tr '\n' ' '); }
reads() { for file in a b; do /srv/busybox cat /$file 2> /dev/null; done | tr -d '\n'; }
learn() { armorer learn "$@" > /tmp/out 2> /tmp/said; status=$?; sed 's/^/said: /' /tmp/said; }

# Without the profile being loaded: it is for the time of the command, and then it is gone.
learn web -- /srv/busybox cat /b
result unloaded $status $(loaded) $(grep -c '+ owner /b r,' /tmp/out) reads:$(reads)

# Loaded from another text than the tree has: that one comes back.
armorer replace -q /etc/old
result old $(loaded) reads:$(reads)
learn web -- sh -c '/srv/busybox cat /b; sed -n "s/^web (\(.*\))/\1/p" /sys/kernel/security/apparmor/profiles > /tmp/meanwhile'
result meanwhile $(cat /tmp/meanwhile)
result loaded $status $(loaded) reads:$(reads)

# A command that fails, one that is not there, and one that is killed.
learn web -- /srv/busybox false; result fails $status $(grep -c 'the command failed: exit status: 1' /tmp/said) $(loaded)
learn web -- /none; result none $status $(loaded) reads:$(reads)
learn web -- sh -c 'kill -9 $$'; result killed $status $(grep -c 'the command failed: signal: 9' /tmp/said) $(loaded)

# armorer is told to end, and tells the command, which has time to end by itself. The command starts no other program, as the kernel would
# make a profile for that.
mkfifo /tmp/never
cat > /tmp/waits << 'S'
for signal in TERM INT HUP; do trap "echo told > /tmp/told-$signal; exit 1" $signal; done
echo $$ > /tmp/number
while read -r line; do case $line in 'web ('*) echo "$line" > /tmp/waiting ;; esac; done < /sys/kernel/security/apparmor/profiles
read -r line <> /tmp/never
S
for signal in TERM INT HUP; do
  rm -f /tmp/waiting
  armorer learn web -- /srv/busybox sh /tmp/waits > /tmp/out 2> /tmp/said & pid=$!
  tries=0
  until [ -s /tmp/waiting ] || [ $tries = 300 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -$signal $pid; wait $pid
  result $signal $? $(loaded) reads:$(reads) $(grep -c 'before the command ended' /tmp/said) $(cat /tmp/told-$signal /tmp/waiting) \
    $(kill -0 $(cat /tmp/number) && echo left)
done

# A profile that attaches to nothing confines the command itself.
learn spare -- /srv/busybox cat /a
result confined $status $(grep -c '+ owner /a r,' /tmp/out) $(loaded)

# The rule is written, and the profile has to be loaded by whoever wants that.
learn --fix web -- /srv/busybox cat /b
result fixed $status $(grep -c 'owner /b r,' /etc/apparmor.d/web) reads:$(reads)
armorer replace -q /etc/apparmor.d/web
result replaced reads:$(reads)
learn web -- /srv/busybox cat /b; result again $status $(tail -n 1 /tmp/out | tr ' ' -)
learn nobody -- /srv/busybox true; result nobody $status $(grep -c 'no file in /etc/apparmor.d has that profile' /tmp/said)

# Runs inside the machine: `armorer mode`, the names of the utilities, and a boot script's loader, on one profile. `/a` is denied, `/b`
# denied and logged, and `/c` not mentioned. Prints `RESULT NAME VALUE`.
export PATH=/applets:/bin:/sbin
POLICY=/sys/kernel/security/apparmor
result() { echo "RESULT $*"; }
mkdir -p /tmp /sbin /srv
for name in aa-enforce aa-complain aa-disable aa-audit apparmor_parser; do ln -s /bin/armorer /sbin/$name; done
cp /bin/busybox /srv/busybox
for file in a b c; do echo $file > /$file; done
cp /etc/apparmor.d/web /original

loaded() { sed -n 's/^web (\(.*\))$/\1/p' $POLICY/profiles; }
reads() { for file in a b c; do /srv/busybox cat /$file 2> /dev/null; done | tr -d '\n'; }
state() { result $1 $2 $(loaded) reads:$(reads); }
boot() { apparmor_parser --config-file=/dev/null --replace -- /etc/apparmor.d; }

armorer mode -q --reload enforce web; state enforce $?
armorer mode --reload complain /srv/busybox > /tmp/out 2> /tmp/said; state complain $?
result named $(grep -c 'is still enforced in complain mode' /tmp/said)
armorer mode -q --reload audit web; state audit $?
armorer mode -q --reload no-audit web; armorer mode -q --reload kill web; state kill $?
armorer mode -q --reload unconfined web; state unconfined $?
armorer mode -q --reload enforce web; state left-alone $?
armorer mode -q --reload --force enforce web; state forced $?
cmp /etc/apparmor.d/web /original && result text same

armorer mode -q --reload disable web; state disable $?
boot; state boot-disabled $?
armorer mode -q enable web; boot; state boot-enabled $?
armorer mode -q --link complain web; boot 2> /dev/null; state boot-complain $?
aa-enforce /srv/busybox > /tmp/out; state aa-enforce $?
aa-complain web > /tmp/out 2>&1; state aa-complain $?
aa-audit web > /tmp/out 2>&1; state aa-audit $?
aa-audit -r web > /tmp/out 2>&1; aa-disable web > /tmp/out; state aa-disable $?
aa-enforce web > /tmp/out; state aa-enabled $?
cmp /etc/apparmor.d/web /original && result text-again same

# Runs inside the machine: Debian's boot script with armorer as apparmor_parser, and the policies of the reference beside it.
# Prints `RESULT NAME VALUE`.
export PATH=/applets:/bin:/sbin
POLICY=/sys/kernel/security/apparmor
result() { echo "RESULT $*"; }
mkdir -p /var/cache /tmp /sbin
note() { echo "NOTE $* at $(cut -d ' ' -f 1 /proc/uptime) s"; }
ln -s /bin/armorer /sbin/apparmor_parser

# How the reference's policies are listed.
armorer replace -q /policies/reference || result reference-not-loaded
sort $POLICY/profiles > /reference
sh /lib/apparmor/apparmor.systemd stop > /dev/null 2>&1; result stopped $? $(wc -l < $POLICY/profiles)

hashes() {
  find $POLICY/policy/profiles -name 'sha*' -o -name 'raw_sha*' | while read -r path; do
    echo "$(cat "${path%/*}/name") ${path##*/} $(cat "$path")"
  done | sort
}
note stopped
sh /lib/apparmor/apparmor.systemd start > /messages 2>&1; result started $?
note started
sort $POLICY/profiles > /armorer
result profiles $([ $(wc -l < /armorer) -gt 100 ] && echo many) $(cmp /armorer /reference && echo same)
diff /armorer /reference
hashes > /before
result cached $([ $(ls /var/cache/apparmor/*.0 | wc -l) -gt 100 ] && echo many)
sh /lib/apparmor/apparmor.systemd reload >> /messages 2>&1; result reloaded $?
note reloaded
hashes > /after
result hashes $([ $(wc -l < /after) -gt 200 ] && echo many) $(cmp /before /after && echo stable)
cat /messages
armorer status /etc/apparmor.d/[l-t]* > /status; result drift $? $(tail -n 1 /status)
tail -n 5 /status
note compared

# What package scripts and container runtimes call.
sh /lib/apparmor/profile-load usr.bin.man > /dev/null 2>&1; result profile-load $?
echo 'profile docker-default { /** rix, }' | apparmor_parser -Kr; result docker $? $(grep -c '^docker-default (enforce)' $POLICY/profiles)
echo 'profile docker-default { /** rix, }' | apparmor_parser -Ka 2>&1 | sed 's/^/RESULT again /'
echo 'profile docker-default { }' > /docker-default
apparmor_parser -R /docker-default; result removed $? $(grep -c '^docker-default' $POLICY/profiles)

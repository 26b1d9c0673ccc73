# Runs inside the machine: Debian's boot script with armorer as apparmor_parser, and the policies of the reference beside it.
# Prints `RESULT NAME VALUE`.
export PATH=/applets:/bin:/sbin
POLICY=/sys/kernel/security/apparmor
result() { echo "RESULT $*"; }
mkdir -p /var/cache /tmp
ln -s /bin/armorer /sbin/apparmor_parser

# As the reference's policies, loaded as one set, are listed.
dd if=/policies/reference of=$POLICY/.replace bs=64M 2> /dev/null || result reference-not-loaded
sort $POLICY/profiles > /reference
sh /lib/apparmor/apparmor.systemd stop > /dev/null 2>&1; result stopped $? $(wc -l < $POLICY/profiles)

hashes() {
  find $POLICY/policy/profiles -name 'sha*' -o -name 'raw_sha*' | while read -r path; do
    echo "$(cat "${path%/*}/name") ${path##*/} $(cat "$path")"
  done | sort
}
sh /lib/apparmor/apparmor.systemd start > /messages 2>&1; result started $?
sort $POLICY/profiles > /armorer
result profiles $([ $(wc -l < /armorer) -gt 100 ] && echo many) $(cmp /armorer /reference && echo same)
diff /armorer /reference
hashes > /before
result cached $([ $(ls /var/cache/apparmor/*.0 | wc -l) -gt 100 ] && echo many)
sh /lib/apparmor/apparmor.systemd reload >> /messages 2>&1; result reloaded $?
hashes > /after
result hashes $([ $(wc -l < /after) -gt 200 ] && echo many) $(cmp /before /after && echo stable)
cat /messages
armorer status /etc/apparmor.d > /status; result drift $? $(tail -n 1 /status)
tail -n 5 /status

# What package scripts and container runtimes call.
sh /lib/apparmor/profile-load usr.bin.man > /dev/null 2>&1; result profile-load $?
echo 'profile docker-default { /** rix, }' | apparmor_parser -Kr; result docker $? $(grep -c '^docker-default (enforce)' $POLICY/profiles)
echo 'profile docker-default { /** rix, }' | apparmor_parser -Ka 2>&1 | sed 's/^/RESULT again /'
echo 'profile docker-default { }' > /docker-default
apparmor_parser -R /docker-default; result removed $? $(grep -c '^docker-default' $POLICY/profiles)

# Runs inside the machine of packaging/check, where the package is installed and armorer is in the place of apparmor_parser: Debian's boot
# script with either program, the unit's command, a package's postinst, and the node agent's image. Prints `NAME VALUE` lines.
echo; echo 'BEGIN OF SCRIPT'
loaded=/sys/kernel/security/apparmor/profiles
names() { sort "$loaded" | sha256sum | cut -c 1-12; }

echo "parser $(apparmor_parser --version 2> /dev/null | sed -n 1p)"
/lib/apparmor/apparmor.systemd start > /messages 2>&1; echo "boot $? $(if [ "$(wc -l < $loaded)" -gt 2 ]; then echo profiles; else cat /messages; fi)"
ours=$(names)
armorer status /etc/apparmor.d > /status 2>&1; echo "status $? $(tail -n 1 /status)"
/lib/apparmor/apparmor.systemd stop > /dev/null 2>&1; echo "stopped $(wc -l < $loaded)"

# The same with the program of the package apparmor.
/usr/share/armorer/apparmor-parser disable > /dev/null 2>&1
echo "other parser $(apparmor_parser --version 2> /dev/null | sed -n 1p | cut -d ' ' -f 1-2)"
/lib/apparmor/apparmor.systemd start > /dev/null 2>&1; echo "other boot $? $([ "$(names)" = "$ours" ] && echo 'same profiles')"
/lib/apparmor/apparmor.systemd stop > /dev/null 2>&1

# What the units of the package run, and the postinst of a package that ships a profile.
eval "$(sed -n 's/^ExecStart=//p' /lib/systemd/system/armorer.service /usr/lib/systemd/system/armorer.service 2> /dev/null | sed -n 1p)"
echo "unit $? $([ "$(names)" = "$ours" ] && echo 'same profiles')"
printf 'profile shipped { /etc/passwd r, }\n' > /etc/apparmor.d/shipped
sed 's/PROFILE/shipped/' /usr/share/doc/armorer/examples/boot/postinst > /postinst
sh /postinst configure; echo "postinst $? $(grep -c '^shipped (enforce)' $loaded)"

# The image, as the DaemonSet runs it: a volume with a profile, and the node's securityfs.
mkdir -p /image/dev /image/sys /image/proc /image/run /image/profiles
for below in dev proc sys sys/kernel/security; do mount -o bind /$below /image/$below; done
printf 'abi <abi/armorer>,\ninclude <tunables/global>\nprofile k8s-web { include <abstractions/base>\n /srv/** r, }\n' > /image/profiles/web
chroot /image /armorer watch --prefix=k8s- --refuse-attachments --state=/run/watch.json /profiles > /agent 2>&1 &
agent=$!
for _ in $(seq 60); do grep -q '^k8s-web (enforce)' $loaded && break; sleep 1; done
echo "image $(grep -c '^k8s-web (enforce)' $loaded)"
grep -q '^k8s-web' $loaded || cat /agent
kill -TERM $agent; wait $agent; echo "stopped agent $? $(grep -c '^k8s-web' $loaded)"
